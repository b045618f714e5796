#include <cstddef>
#include <cstdint>
#include <cstring>

#include "dataplane/media/pes.h"
#include "dataplane/media/rtp.h"
#include "dataplane/media/ts_packet.h"
#include "dataplane/media/video_header.h"

using namespace sluice;

namespace {

void check_inside(Bytes inner, Bytes outer) {
  if (inner.empty()) return;
  if (inner.data() < outer.data() || inner.data() + inner.size() > outer.data() + outer.size()) {
    __builtin_trap();
  }
}

}  // namespace

/// Headers that lead to other bytes lead to none outside.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes(data, size);
  if (const auto rtp = media::RtpPacket::read(bytes)) check_inside(rtp->payload, bytes);
  media::PesHeader::read(bytes);
  for (const auto codec : {media::Codec::kH264, media::Codec::kHevc, media::Codec::kMpeg2Video}) {
    media::read_video_header(codec, bytes);
  }
  if (size >= media::kTsPacketSize) {
    const media::TsPacket packet(data);
    check_inside(packet.payload(), bytes.first(media::kTsPacketSize));
    if (packet.has_pcr() && packet.pcr() > uint64_t{1} << 42) __builtin_trap();
  }
  return 0;
}
