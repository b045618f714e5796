#include "control/supervisor/supervisor.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ostream>

#include "config/base/log.h"

namespace sluice::supervisor {

Supervisor::Supervisor(Options options, Probe& probe, const Clock& clock, StopSignal& stop,
                       std::ostream& out)
    : options_(std::move(options)), probe_(probe), clock_(clock), stop_(stop), out_(out) {
  control_.program = options_.control;
  control_.backoff = options_.first_backoff;
  dataplane_.program = options_.dataplane;
  dataplane_.backoff = options_.first_backoff;
}

int Supervisor::run() {
  probe_.begin();
  if (bring_up()) {
    was_ready_ = true;
    out_ << "ready" << std::endl;
    keep_running();
  }
  stop_all();
  return status_;
}

bool Supervisor::start(Kept& kept) {
  auto child = Child::start(kept.program.command);
  kept.started = clock_.monotonic();
  if (!child) {
    spdlog::error("{}", child.error().message);
    return false;
  }
  kept.child = std::move(*child);
  return true;
}

/// Starts both, one after the other. False if that failed or a stop came first.
bool Supervisor::bring_up() {
  const auto up = [this](Kept& kept, auto ready) {
    if (!start(kept)) {
      status_ = 1;
      return false;
    }
    while (true) {
      // Looked at first: a process may become ready and then end, which is no failure to start.
      const bool ended = has_ended(control_) || has_ended(dataplane_);
      if (ready()) {
        return true;
      }
      if (stop_.asked() || (ended && (start_up_failed(control_) || start_up_failed(dataplane_)))) {
        return false;
      }
      wait();
    }
  };
  return up(control_, [this] { return probe_.control_ready(); }) &&
         up(dataplane_, [this] { return probe_.dataplane_ready() || ended_; });
}

bool Supervisor::has_ended(Kept& kept) {
  return kept.child && kept.child->ending();
}

bool Supervisor::start_up_failed(Kept& kept) {
  const auto ending = kept.child ? kept.child->ending() : std::nullopt;
  if (!ending) {
    return false;
  }
  if (&kept == &dataplane_ && ending->fine() && probe_.sources_ended()) {
    ended_ = true;
    return false;
  }
  spdlog::error("{} could not start ({})", kept.program.name, to_string(*ending));
  status_ = !ending->by_signal && ending->status == 2 ? 2 : 1;
  kept.child.reset();
  return true;
}

void Supervisor::keep_running() {
  const auto ready_at = clock_.monotonic();
  const auto time_over = [&] {
    return options_.run_for && clock_.monotonic() - ready_at >= *options_.run_for;
  };
  while (!ended_ && !stop_.asked() && !time_over()) {
    keep(control_);
    keep(dataplane_);
    if (stop_.take_hang_up() && options_.reload) {
      options_.reload();
    }
    if (!ended_) {
      wait();
    }
  }
}

/// Notices that a process has ended, and starts it again when its time has come.
void Supervisor::keep(Kept& kept) {
  const auto now = clock_.monotonic();
  if (!kept.child) {
    if (now >= kept.restart_at && !start(kept)) {
      kept.restart_at = now + options_.longest_backoff;
    }
    return;
  }
  const auto ending = kept.child->ending();
  if (!ending) {
    return;
  }
  // Also with a failure: a file that could not be read to its end is not read again.
  if (&kept == &dataplane_ && !ending->by_signal && probe_.sources_ended()) {
    ended_ = true;
    return;
  }
  kept.child.reset();
  if (now - kept.started >= options_.settled) {
    kept.backoff = options_.first_backoff;
  }
  spdlog::error("{} ended unexpectedly ({}); it is started again in {} ms", kept.program.name,
                to_string(*ending), kept.backoff.count());
  kept.restart_at = now + kept.backoff;
  kept.backoff = std::min(kept.backoff * 2, options_.longest_backoff);
}

void Supervisor::stop_all() {
  stop_dataplane();
  stop_control();
  if (killed_) {
    spdlog::warn(
        "killed; what was captured and is not stored stays in shared memory, and the "
        "next run stores it");
    status_ = 1;
  }
}

void Supervisor::stop_dataplane() {
  if (!dataplane_.child) {
    return;
  }
  dataplane_.child->send(SIGTERM);
  const auto asked = clock_.monotonic();
  bool given_up = false;
  while (!dataplane_.child->ending()) {
    if (!given_up && clock_.monotonic() - asked >= options_.patience) {
      spdlog::error("{} did not end within {} s of SIGTERM", dataplane_.program.name,
                    options_.patience.count());
      given_up = true;
    }
    if (given_up || impatient()) {
      dataplane_.child->send(SIGKILL);
    }
    wait();
  }
  const Ending ending = *dataplane_.child->ending();
  dataplane_.child.reset();
  if (!ending.fine()) {
    spdlog::error("{} ended with {}", dataplane_.program.name, to_string(ending));
    status_ = std::max(status_, 1);
  }
}

/// Control stores what the dataplane sealed last, so it is started for that if it is down.
bool Supervisor::revive_control() {
  probe_.begin();
  if (!start(control_)) {
    status_ = 1;
    return false;
  }
  while (!probe_.control_ready() && !control_.child->ending() && !impatient()) {
    wait();
  }
  return true;
}

void Supervisor::stop_control() {
  if (!control_.child && (!was_ready_ || killed_ || !revive_control())) {
    return;
  }
  control_.child->send(SIGTERM);
  constexpr auto kTellEvery = std::chrono::seconds(10);
  auto told = clock_.monotonic();
  while (!control_.child->ending()) {
    if (impatient()) {
      control_.child->send(SIGKILL);
    } else if (clock_.monotonic() - told >= kTellEvery) {
      told = clock_.monotonic();
      spdlog::info("{} segments are still to be stored; stop again to leave them to the next run",
                   probe_.segments_waiting());
    }
    wait();
  }
  const Ending ending = *control_.child->ending();
  control_.child.reset();
  if (!ending.fine()) {
    spdlog::error("{} ended with {}", control_.program.name, to_string(ending));
    status_ = std::max(status_, 1);
  }
}

bool Supervisor::impatient() {
  killed_ = killed_ || (stop_.asked() && stop_.asked_again());
  return killed_;
}

/// Until a child ends or a signal comes, at most a tick.
void Supervisor::wait() {
  std::array<pollfd, 3> watched{};
  nfds_t count = 0;
  for (Kept* kept : {&control_, &dataplane_}) {
    if (kept->child && !kept->child->ending()) {
      watched[count++] = {kept->child->fd(), POLLIN, 0};
    }
  }
  if (!stop_.asked()) {
    watched[count++] = {stop_.fd(), POLLIN, 0};
  }
  ::poll(watched.data(), count, static_cast<int>(options_.tick.count()));
}

}  // namespace sluice::supervisor
