#include "dataplane/media/tr101290_accuracy.h"

#include <algorithm>
#include <cmath>

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

PcrAccuracy::Verdict PcrAccuracy::judge() noexcept {
  const size_t count = count_;
  count_ = 0;
  Verdict verdict;
  if (count < kLeast) return verdict;
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
