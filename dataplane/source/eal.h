#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/base/result.h"
#include "dataplane/source/dpdk_log.h"
#include "dataplane/source/huge_pages.h"

namespace sluice::source {

/// What EAL, DPDK's environment, is started with.
struct EalSpec {
  std::vector<std::string> arguments;  ///< `dataplane.eal` of the configuration
  unsigned main_cpu = 0;
  std::vector<unsigned> worker_cpus;  ///< lcore i + 1 runs on worker_cpus[i]; CPUs may repeat
  uint64_t memory = 0;                ///< bytes that packet buffers and rings will take
};

/// The whole argument list, without the program's name: the user's, and what makes them work on
/// this machine (no huge pages on a laptop that has none, no files in /var/run, our mapping of
/// lcores to CPUs). Fails on arguments that belong elsewhere in the configuration, and if huge
/// pages are asked for and there are none.
Result<std::vector<std::string>> eal_arguments(const EalSpec& spec, const HugePages& pages);

/// EAL, for as long as this lives. A process can start it once.
class Eal {
 public:
  /// Starts EAL. What it prints is kept from stderr: it becomes the error's text if it fails, and
  /// log lines of level debug if it does not.
  static Result<Eal> start(const EalSpec& spec);

  Eal(Eal&& other) noexcept = default;
  Eal& operator=(Eal&& other) noexcept = default;
  ~Eal();

  /// Whether packet buffers lie in huge pages, or in ordinary memory.
  bool uses_huge_pages() const;

 private:
  explicit Eal(std::unique_ptr<DpdkLog> log) : log_(std::move(log)) {}
  std::unique_ptr<DpdkLog> log_;
};

}  // namespace sluice::source
