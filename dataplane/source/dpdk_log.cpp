#include "dataplane/source/dpdk_log.h"

#include <rte_log.h>

#include "config/base/log.h"
#include "dataplane/source/xdp.h"

namespace sluice::source {

DpdkLog::DpdkLog() {
  cookie_io_functions_t functions{};
  functions.write = [](void* self, const char* text, size_t size) {
    static_cast<DpdkLog*>(self)->write({text, size});
    return static_cast<ssize_t>(size);
  };
  stream_ = ::fopencookie(this, "w", functions);
  ::setvbuf(stream_, nullptr, _IOLBF, BUFSIZ);
  ::rte_openlog_stream(stream_);
  the_one = this;
  hear_xdp_libraries();
}

DpdkLog::~DpdkLog() {
  the_one = nullptr;
  ::rte_openlog_stream(nullptr);
  ::fclose(stream_);
}

void DpdkLog::go_live() {
  const std::lock_guard lock(mutex_);
  for (const std::string& line : early_) {
    spdlog::debug("{}", line);
  }
  early_.clear();
  live_ = true;
}

std::string DpdkLog::last_words() {
  return the_one != nullptr ? the_one->join(the_one->last_) : std::string();
}

std::string DpdkLog::first_words() {
  return the_one != nullptr ? the_one->join(the_one->first_) : std::string();
}

std::string DpdkLog::join(const std::deque<std::string>& lines) {
  const std::lock_guard lock(mutex_);
  std::string words;
  for (const std::string& line : lines) {
    words += (words.empty() ? "" : "; ") + line;
  }
  return words;
}

void DpdkLog::take(std::string_view text) {
  if (the_one != nullptr) {
    the_one->write(text);
  }
}

void DpdkLog::forget() {
  if (the_one != nullptr) {
    const std::lock_guard lock(the_one->mutex_);
    the_one->first_.clear();
    the_one->last_.clear();
  }
}

void DpdkLog::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  pending_ += text;
  for (size_t end; (end = pending_.find('\n')) != std::string::npos;) {
    take_line(pending_.substr(0, end));
    pending_.erase(0, end + 1);
  }
}

void DpdkLog::take_line(const std::string& line) {
  constexpr size_t kKept = 3;
  if (first_.size() < kKept) {
    first_.push_back(line);
  }
  last_.push_back(line);
  if (last_.size() > kKept) {
    last_.pop_front();
  }
  if (live_) {
    spdlog::debug("{}", line);
  } else {
    early_.push_back(line);
  }
}

}  // namespace sluice::source
