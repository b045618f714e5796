#pragma once

#include <cstdint>
#include <filesystem>

namespace sluice::supervisor {

/// What the supervisor asks about the processes that it has started.
class Probe {
 public:
  virtual ~Probe() = default;
  /// Says that processes are about to be started: nothing from before counts.
  virtual void begin() = 0;
  /// Control has attached to the shared memory and works.
  virtual bool control_ready() = 0;
  /// The dataplane can capture packets.
  virtual bool dataplane_ready() = 0;
  /// Every source was a file, and has been played to its end.
  virtual bool sources_ended() = 0;
  /// Segments that are captured but not stored.
  virtual uint64_t segments_waiting() = 0;
};

/// Answers from the stats pages in the appliance's folder of shared memory. One thread.
class PageProbe final : public Probe {
 public:
  explicit PageProbe(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void begin() override;
  bool control_ready() override;
  bool dataplane_ready() override;
  bool sources_ended() override;
  uint64_t segments_waiting() override;

 private:
  std::filesystem::path folder_;
  uint64_t starts_before_ = 0;
  uint64_t heartbeat_before_ = 0;
};

}  // namespace sluice::supervisor
