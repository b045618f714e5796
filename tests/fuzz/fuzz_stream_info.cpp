#include <cstddef>
#include <cstdint>

#include "dataplane/media/stream_info.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::media::read_stream_info({data, size}).codecs_attribute();
  return 0;
}
