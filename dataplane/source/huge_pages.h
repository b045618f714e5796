#pragma once

#include <cstdint>

namespace sluice::source {

/// Huge pages of the machine, of all sizes.
struct HugePages {
  uint64_t total = 0;
  uint64_t free_bytes = 0;
};
HugePages huge_pages();

}  // namespace sluice::source
