#pragma once

#include <algorithm>
#include <cstdint>

#include "dataplane/media/tr101290.h"

namespace sluice::media {

/// Something that has to come again within a limit. An interval that is too long counts once, when
/// it passes the limit, and once more with each further second (or limit, if that is longer): what
/// lasts shows as lasting, and a count does not depend on how often somebody looks. Trivial: all
/// zero is not started.
class Interval {
 public:
  bool is_running() const noexcept { return due_ns_ != 0; }
  void stop() noexcept { due_ns_ = 0; }
  void start(int64_t now_ns, int64_t limit_ns) noexcept {
    // 0 is "not started", and the moment it stands for is no different from the next.
    due_ns_ = std::max<int64_t>(now_ns + limit_ns, 1);
  }

  /// Errors up to now that no call has returned before.
  uint64_t expire(int64_t now_ns, int64_t limit_ns) noexcept {
    if (due_ns_ == 0 || now_ns <= due_ns_) [[likely]]
      return 0;
    const int64_t again = std::max(limit_ns, kSecondNs);
    const int64_t errors = (now_ns - due_ns_ - 1) / again + 1;
    due_ns_ += errors * again;
    return static_cast<uint64_t>(errors);
  }

 private:
  int64_t due_ns_;
};

}  // namespace sluice::media
