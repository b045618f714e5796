#pragma once

#include <unistd.h>

#include <cstdint>
#include <iostream>

namespace sluice::tools {

/// "42 %" on a terminal, for files that take a while.
class Progress {
 public:
  explicit Progress(uint64_t total) : total_(total), shown_(::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (last_ > 0) std::cerr << "\r      \r";
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(uint64_t position) {
    constexpr uint64_t kLong = 1 << 30;
    if (!shown_ || total_ < kLong) return;
    const uint64_t percent = position * 100 / total_;
    if (percent == last_) return;
    last_ = percent;
    std::cerr << '\r' << percent << " %" << std::flush;
  }

 private:
  const uint64_t total_;
  const bool shown_;
  uint64_t last_ = 0;
};

}  // namespace sluice::tools
