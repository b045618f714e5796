#pragma once

#include <cstdio>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::source {

/// DPDK's log, taken line by line for as long as this lives: log lines of our own, of level debug,
/// and the text behind error codes that say little. There is one. DPDK writes from any thread.
class DpdkLog {
 public:
  DpdkLog();
  ~DpdkLog();
  DpdkLog(const DpdkLog&) = delete;
  DpdkLog& operator=(const DpdkLog&) = delete;

  /// Logs what was said so far, and from here on everything at once.
  void go_live();

  /// What was said last, on one line; nothing where there is no log.
  static std::string last_words();
  /// What was said first since forget(), on one line: of a failure, that is the cause.
  static std::string first_words();
  /// Adds text of a library beneath DPDK, with its line ends.
  static void take(std::string_view text);
  /// Forgets what was said, so that these words belong to what is done next.
  static void forget();

 private:
  void write(std::string_view text);
  void take_line(const std::string& line);
  std::string join(const std::deque<std::string>& lines);

  static inline DpdkLog* the_one = nullptr;
  FILE* stream_;
  std::mutex mutex_;
  std::string pending_;
  std::deque<std::string> first_;
  std::deque<std::string> last_;
  std::vector<std::string> early_;
  bool live_ = false;
};

}  // namespace sluice::source
