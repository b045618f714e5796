#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sluice::tools::analyze {

/// The least, the mean and the greatest of some values.
class Spread {
 public:
  void add(double value) {
    least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
    sum_ += value;
    ++count_;
  }
  uint64_t count() const { return count_; }
  /// All three are 0 if there was no value.
  double least() const { return count_ == 0 ? 0 : least_; }
  double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  double greatest() const { return count_ == 0 ? 0 : greatest_; }

 private:
  double least_ = std::numeric_limits<double>::infinity();
  double greatest_ = -std::numeric_limits<double>::infinity();
  double sum_ = 0;
  uint64_t count_ = 0;
};

}  // namespace sluice::tools::analyze
