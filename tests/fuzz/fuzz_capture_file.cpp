#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "dataplane/net/frame.h"
#include "dataplane/source/capture_file.h"
#include "tests/fuzz/memory_file.h"

using namespace sluice;

/// Any bytes as a capture: frames that can be read to their last byte, and in the end an end or an
/// error.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::MemoryFile file({data, size});
  auto capture = source::CaptureFile::open(file.path());
  if (!capture) return 0;
  size_t bytes = 0;
  for (;;) {
    const auto next = capture->next();
    if (!next || !*next) return 0;
    const Bytes frame = (*next)->bytes;
    bytes += frame.size();
    if (bytes > size) std::abort();
    const auto parsed = net::parse_frame(frame);
    if (parsed.kind == net::FrameKind::kDatagram &&
        size_t{parsed.payload_offset} + parsed.payload_length > frame.size()) {
      std::abort();
    }
  }
}
