#include "control/upload/drain.h"

#include <spdlog/spdlog.h>

#include <chrono>

namespace sluice::upload {
namespace {

constexpr std::chrono::milliseconds kTurn{20};
constexpr std::chrono::seconds kWaitForDataplane{5};
constexpr std::chrono::seconds kWaitForStore{10};

}  // namespace

bool drain(Archiver& archiver, const Clock& clock, StopSignal& stop) {
  archiver.flush();
  const auto begun = clock.monotonic();
  auto well = begun;
  for (;;) {
    // Looked at before the turn, which then sees whatever was sealed before the end.
    const bool running = archiver.dataplane_runs();
    archiver.turn(kTurn);
    const auto now = clock.monotonic();
    if (archiver.idle() && (!running || now - begun >= kWaitForDataplane)) {
      archiver.finish();
      return true;
    }
    if (archiver.idle() || archiver.store_state() == arena::StoreState::kOk) {
      well = now;
    }
    const bool again = stop.asked_again();
    if (again || now - well >= kWaitForStore) {
      spdlog::error("{}: {} segments stay in the arena and are stored at the next start",
                    again ? "stopped at once" : "the object store does not answer",
                    archiver.unsaved());
      return false;
    }
  }
}

}  // namespace sluice::upload
