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
  /// @param target  90 kHz: what comes less often than that is not regular
  explicit AccessPreference(uint64_t target) : target_(static_cast<int64_t>(target)) {}

  void reset() noexcept { kinds_ = {}; }

  /// Takes the next access point. @return whether a better one is near
  bool is_redundant(media::Access access, uint64_t pts) noexcept {
    const size_t kind = kind_of(access);
    for (size_t better = 0; better < kind; ++better) {
      if (kinds_[better].regular && is_near(kinds_[better], pts)) return true;
    }
    Kind& own = kinds_[kind];
    own.regular = is_near(own, pts);
    own.last = pts;
    return false;
  }

 private:
  struct Kind {
    std::optional<uint64_t> last;
    bool regular = false;  ///< the last two were at most `target` apart
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
  bool is_near(const Kind& kind, uint64_t pts) const noexcept {
    return kind.last && media::pts_distance(*kind.last, pts) <= target_;
  }

  const int64_t target_;
  std::array<Kind, 3> kinds_{};
};

}  // namespace sluice::segment
