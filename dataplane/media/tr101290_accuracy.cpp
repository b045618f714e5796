#include "dataplane/media/tr101290_accuracy.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dataplane/media/timestamp.h"
#include "dataplane/media/tr101290.h"

namespace sluice::media {
namespace {

constexpr double kNsPerTick = 1000.0 / 27;

double median(std::array<double, PcrAccuracy::kBlock>& values, size_t count) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(values.begin(), middle, values.begin() + static_cast<std::ptrdiff_t>(count));
  return *middle;
}

}  // namespace

bool PcrAccuracy::take(uint64_t packet, Pcr pcr, int64_t now_ns) noexcept {
  if (count_ > 0 && packet <= entries_[count_ - 1].packet) count_ = 0;
  entries_[count_++] = {packet, pcr, now_ns};
  return count_ == kBlock;
}

/// Whether all of them lie on the line from the first to the last, as nearly always where the
/// bitrate is constant: then nothing has to be sorted.
bool PcrAccuracy::is_straight(Verdict& verdict) const noexcept {
  const Entry& first = entries_[0];
  const Entry& last = entries_[count_ - 1];
  const auto length = static_cast<double>(pcr_distance(first.pcr, last.pcr));
  const double slope = length / static_cast<double>(last.packet - first.packet);
  double worst = 0;
  for (size_t i = 0; i < count_; ++i) {
    const double y = slope * static_cast<double>(entries_[i].packet - first.packet);
    const auto pcr = static_cast<double>(pcr_distance(first.pcr, entries_[i].pcr));
    worst = std::max(worst, std::abs(pcr - y));
  }
  // Half of the limit: the true line may lie as far on the other side of the ends.
  if (!(worst * kNsPerTick <= static_cast<double>(kPcrAccuracyNs) / 2)) return false;
  verdict.judged = count_;
  verdict.worst_ns = static_cast<int64_t>(worst * kNsPerTick);
  return true;
}

PcrAccuracy::Verdict PcrAccuracy::judge() noexcept {
  Verdict verdict;
  const bool is_done = count_ < kLeast || is_straight(verdict);
  const size_t count = std::exchange(count_, 0);
  if (is_done) return verdict;
  std::array<double, kBlock> x;  // packets
  std::array<double, kBlock> y;  // nanoseconds
  std::array<double, kBlock> sorted;
  for (size_t i = 0; i < count; ++i) {
    x[i] = static_cast<double>(entries_[i].packet - entries_[0].packet);
    y[i] = static_cast<double>(pcr_distance(entries_[0].pcr, entries_[i].pcr)) * kNsPerTick;
  }
  const size_t half = count / 2;
  for (size_t i = 0; i < half; ++i) sorted[i] = (y[i + half] - y[i]) / (x[i + half] - x[i]);
  const double slope = median(sorted, half);
  for (size_t i = 0; i < count; ++i) sorted[i] = y[i] -= slope * x[i];
  const double offset = median(sorted, count);
  for (size_t i = 0; i < count; ++i) sorted[i] = std::abs(y[i] -= offset);
  if (!(median(sorted, count) <= static_cast<double>(kConstantNs))) return verdict;
  verdict.judged = count;
  for (size_t i = 0; i < count; ++i) {
    const auto off = static_cast<int64_t>(std::abs(y[i]));
    verdict.worst_ns = std::max(verdict.worst_ns, off);
    if (off <= kPcrAccuracyNs) continue;
    if (verdict.errors++ == 0) verdict.first_error_ns = entries_[i].now_ns;
    verdict.last_error_ns = entries_[i].now_ns;
  }
  return verdict;
}

}  // namespace sluice::media
