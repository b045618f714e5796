#include <cstddef>
#include <cstdint>

#include "dataplane/media/access_point.h"

using namespace sluice;

/// Wherever a stream is torn, the answer is that for the whole of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  constexpr media::Codec kCodecs[]{media::Codec::kH264, media::Codec::kHevc,
                                   media::Codec::kMpeg2Video};
  const media::Codec codec = kCodecs[data[0] % 3];
  const Bytes bytes(data + 2, size - 2);
  const size_t tear = bytes.empty() ? 0 : data[1] % bytes.size();
  media::AccessPointScanner whole;
  whole.reset(codec);
  whole.feed(bytes);
  media::AccessPointScanner torn;
  torn.reset(codec);
  torn.feed(bytes.first(tear));
  torn.feed(bytes.subspan(tear));
  if (bytes.size() <= media::AccessPointScanner::kMaxBytes && whole.result() != torn.result()) {
    __builtin_trap();
  }
  return 0;
}
