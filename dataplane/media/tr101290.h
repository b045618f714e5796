#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The indicators of ETSI TR 101 290 (v1.4.1, 5.2.1 and 5.2.2) of first and second priority. Of the
/// pairs of which the report says that new instruments should take the second (1.3 and 1.3.a, 1.5
/// and 1.5.a, 2.3 and its parts), only the second is here.
namespace sluice::media {

enum class Indicator : uint8_t {
  kTsSyncLoss,
  kSyncByteError,
  kPatError2,
  kContinuityCountError,
  kPmtError2,
  kPidError,
  kTransportError,
  kCrcError,
  kPcrRepetitionError,
  kPcrDiscontinuityIndicatorError,
  kPcrAccuracyError,
  kPtsError,
  kCatError,
};
inline constexpr size_t kIndicatorCount = 13;

/// What is fixed about an indicator.
struct IndicatorInfo {
  std::string_view number;  ///< in the report: "1.3.a"
  std::string_view name;    ///< in the report: "PAT_error_2"
  unsigned priority;        ///< 1 or 2
  std::string_view limit;   ///< beyond which it counts, for people
};
const IndicatorInfo& info(Indicator indicator);

/// Limits, in nanoseconds where they are times.
inline constexpr int64_t kSecondNs = 1'000'000'000;
inline constexpr int64_t kTableLimitNs = kSecondNs / 2;       ///< 1.3.a, 1.5.a
inline constexpr int64_t kPidLimitNs = 5 * kSecondNs;         ///< 1.6, for video and audio
inline constexpr int64_t kPcrLimitNs = kSecondNs / 10;        ///< 2.3a, 2.3b
inline constexpr int64_t kPcrAccuracyNs = 500;                ///< 2.4, either way
inline constexpr int64_t kPtsLimitNs = 7 * (kSecondNs / 10);  ///< 2.5
/// 2.6: the report says only that there has to be a CAT; a receiver that waits longer is not
/// served.
inline constexpr int64_t kCatLimitNs = 2 * kSecondNs;
/// 1.1: the report leaves open how long nothing may come before that is a loss of sync.
inline constexpr int64_t kSilenceNs = kSecondNs;
/// 1.1: bad sync bytes in a row that lose sync, good ones that find it again (5.2.1).
inline constexpr unsigned kSyncBytesToLose = 2;
inline constexpr unsigned kSyncBytesToFind = 5;

/// How often an indicator was raised, and when. Times are those of the clock it was judged by.
struct IndicatorCount {
  uint64_t count = 0;
  int64_t first_ns = 0;  ///< meaningful if count > 0, like the next
  int64_t last_ns = 0;
};

/// One for each indicator.
class IndicatorCounts {
 public:
  void add(Indicator indicator, int64_t now_ns, uint64_t n = 1) noexcept {
    IndicatorCount& entry = counts_[static_cast<size_t>(indicator)];
    if (entry.count == 0) entry.first_ns = now_ns;
    entry.last_ns = now_ns;
    entry.count += n;
    total_ += n;
  }
  const IndicatorCount& operator[](Indicator indicator) const noexcept {
    return counts_[static_cast<size_t>(indicator)];
  }
  /// All of them together: whether anything changed.
  uint64_t total() const noexcept { return total_; }

 private:
  std::array<IndicatorCount, kIndicatorCount> counts_{};
  uint64_t total_ = 0;
};

}  // namespace sluice::media
