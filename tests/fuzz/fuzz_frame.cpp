#include <cstdlib>

#include "dataplane/net/frame.h"

/// Whatever comes off the wire: the parser stays within the frame, and so does what it reports.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sluice::net::FrameKind;
  const auto frame = sluice::net::parse_frame({data, size});
  if (frame.kind == FrameKind::kDatagram &&
      (!frame.addressed || frame.payload_length == 0 ||
       size_t{frame.payload_offset} + frame.payload_length > size)) {
    std::abort();
  }
  return 0;
}
