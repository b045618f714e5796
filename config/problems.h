#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/load.h"

namespace sluice::config {

/// Where something stands in the file, both from 1.
struct Place {
  int line = 0;
  int column = 0;
};

/// Collects what is wrong, so that everything is reported at once.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Place place, std::string message) {
    all_.push_back({file_, place.line, place.column, std::move(message)});
  }
  bool empty() const { return all_.empty(); }
  /// In the order of the file.
  std::vector<Problem> take();

 private:
  std::string file_;
  std::vector<Problem> all_;
};

}  // namespace sluice::config
