#pragma once

#include <algorithm>
#include <memory>

#include "dataplane/net/frame.h"
#include "tests/dataplane/net/frame_builder.h"

namespace sluice::test {

/// Parses a copy whose end is the end of its memory, so that a sanitizer sees a byte read too many.
inline net::Frame parse(const FrameBuilder::Buffer& bytes, size_t length,
                        uint16_t stripped_vlan = 0) {
  const std::unique_ptr<uint8_t[]> exact(new uint8_t[length]);
  std::copy_n(bytes.begin(), length, exact.get());
  return net::parse_frame({exact.get(), length}, stripped_vlan);
}

inline net::Frame parse(const FrameBuilder::Buffer& bytes, uint16_t stripped_vlan = 0) {
  return parse(bytes, bytes.size(), stripped_vlan);
}

}  // namespace sluice::test
