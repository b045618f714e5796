#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "config/base/stop_signal.h"
#include "tools/gen/channel.h"
#include "tools/gen/outlet.h"

namespace sluice::gen {

/// What has been sent so far.
struct Sent {
  uint64_t datagrams = 0;
  uint64_t bytes = 0;    ///< of UDP payload
  uint64_t failed = 0;   ///< datagrams that did not leave
  uint64_t late_ns = 0;  ///< the longest that one left behind its time
  double seconds = 0;
};

/// Sends channels, each at its own pace, until all have ended or a stop is asked for. One thread.
class Generator {
 public:
  Generator(const Options& options, std::vector<Channel> channels, Outlet& outlet, FaultLog& log);
  ~Generator();

  /// Opens the folder for what is sent, if there is to be one.
  Status prepare();
  /// @param each_second  is shown the state
  Sent run(StopSignal& stop, const std::function<void(const Sent&)>& each_second);

 private:
  struct Due {
    uint64_t ns;
    unsigned channel;
    bool operator>(const Due& other) const { return ns > other.ns; }
  };
  bool over(StopSignal& stop);
  bool wait_until(uint64_t ns, StopSignal& stop);
  void make(Channel& channel);
  void keep(const Channel& channel, Bytes payload);
  uint8_t* room();
  void enqueue(const Channel& channel, uint8_t* bytes, size_t size);
  void release(Channel& channel, bool all);
  void flush();
  uint64_t elapsed_ns() const;

  const Options& options_;
  std::vector<Channel> channels_;
  Outlet& outlet_;
  FaultLog& log_;
  std::vector<std::FILE*> kept_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  size_t largest_ = 0;
  std::vector<uint8_t> buffer_;
  std::vector<Outgoing> batch_;
  Sent sent_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace sluice::gen
