#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dataplane/media/access_point.h"
#include "dataplane/media/timestamp.h"
#include "storage/arena/segment_record.h"

namespace sluice::segment {

/// What a cut at such an access point is called.
constexpr arena::Cut cut_of(media::Access access) {
  switch (access) {
    case media::Access::kIdr:
      return arena::Cut::kIdr;
    case media::Access::kRecoveryPoint:
      return arena::Cut::kRecoveryPoint;
    case media::Access::kIrap:
      return arena::Cut::kIrap;
    case media::Access::kIndicator:
      return arena::Cut::kRandomAccessIndicator;
    default:
      return arena::Cut::kIPicture;
  }
}

/// Which of a stream's access points are worth a cut. Decoders like an IDR (IRAP, I picture) best,
/// then a recovery point; a random_access_indicator in front of neither is a last resort. Where a
/// better kind comes regularly, the next one is not far, and the others are passed over.
class AccessPreference {
 public:
  /// @param max  90 kHz: what comes less often than that is not regular
  explicit AccessPreference(uint64_t max) : max_(static_cast<int64_t>(max)) {}

  void reset() noexcept { kinds_ = {}; }

  /// Takes the next access point. @return whether a better one is near
  bool is_redundant(media::Access access, uint64_t pts) noexcept {
    const size_t kind = kind_of(access);
    for (size_t better = 0; better < kind; ++better) {
      if (is_due(kinds_[better], pts)) return true;
    }
    Kind& own = kinds_[kind];
    const int64_t interval = own.last ? media::pts_distance(*own.last, pts) : 0;
    own.interval = interval > 0 && interval <= max_ ? interval : 0;
    own.last = pts;
    return false;
  }

 private:
  struct Kind {
    std::optional<uint64_t> last;
    int64_t interval = 0;  ///< of the last two; 0 = there were none at most `max` apart
  };

  static size_t kind_of(media::Access access) noexcept {
    switch (access) {
      case media::Access::kIndicator:
        return 2;
      case media::Access::kRecoveryPoint:
        return 1;
      default:
        return 0;
    }
  }
  /// Whether the next one is still to come if they keep their distance.
  static bool is_due(const Kind& kind, uint64_t pts) noexcept {
    return kind.last && media::pts_distance(*kind.last, pts) < kind.interval;
  }

  const int64_t max_;
  std::array<Kind, 3> kinds_{};
};

}  // namespace sluice::segment
