#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>

#include "config/base/stop_signal.h"
#include "config/roll.h"
#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/top/look.h"
#include "tools/top/terminal.h"

namespace sluice::tools {
namespace {

using namespace std::chrono_literals;
using Monotonic = Clock::Monotonic;

struct Arguments {
  std::filesystem::path file;
  std::chrono::nanoseconds interval = 1s;
  bool once = false;
};

/// The screen, and what is on it.
class Top {
 public:
  Top(const config::Appliance& appliance, std::chrono::nanoseconds interval)
      : appliance_(appliance), roll_(appliance.arena.path), interval_(interval) {
    follow_streams();
    older_ = newer_ = top::look(appliance_, clock_);
    picture_ = top::picture(older_, newer_);
  }

  int run() {
    // The first rates come soon, and from there on as often as was asked for.
    next_ = clock_.monotonic() + std::min<std::chrono::nanoseconds>(interval_, 250ms);
    while (!view_.quit && !stop_.asked()) {
      terminal_.show(top::draw(picture_, view_, top::Terminal::size()));
      if (!wait()) {
        break;
      }
      if (clock_.monotonic() >= next_) {
        refresh();
      }
    }
    return kFine;
  }

 private:
  /// @return false if the terminal is gone
  bool wait() {
    constexpr auto kEscapeEnds = 50ms;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ - clock_.monotonic());
    const auto limit = keys_.waiting() ? std::min<std::chrono::nanoseconds>(left, kEscapeEnds)
                                       : std::chrono::nanoseconds(left);
    std::array<pollfd, 3> fds{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{stop_.fd(), POLLIN, 0},
                              pollfd{terminal_.resized_fd(), POLLIN, 0}};
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    const int ready = ::poll(fds.data(), fds.size(), std::max(0, static_cast<int>(timeout)));
    if (ready == 0) {
      press(keys_.pause());
    }
    if (fds[2].revents != 0) {
      terminal_.forget_resize();
    }
    return fds[0].revents == 0 || read_keys();
  }

  bool read_keys() {
    std::array<char, 256> bytes{};
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count <= 0) {
      return false;
    }
    press(keys_.take({bytes.data(), static_cast<size_t>(count)}));
    return true;
  }

  void press(const std::vector<top::Key>& keys) {
    for (const top::Key& key : keys) {
      if (key.name == top::Key::Name::kSuspend) {
        terminal_.suspend();
      } else {
        top::press(key, picture_, view_);
      }
    }
  }

  void refresh() {
    next_ = clock_.monotonic() + interval_;
    if (view_.paused) {
      return;
    }
    follow_streams();
    older_ = std::move(newer_);
    newer_ = top::look(appliance_, clock_);
    picture_ = top::picture(older_, newer_);
  }

  void follow_streams() {
    if (roll_.changed()) {
      appliance_.streams = roll_.roll().streams();
    }
  }

  config::Appliance appliance_;
  config::RollFollower roll_;
  const std::chrono::nanoseconds interval_;
  StopSignal stop_;
  SystemClock clock_;
  top::Look older_;
  top::Look newer_;
  top::Picture picture_;
  top::View view_;
  top::KeyReader keys_;
  top::Terminal terminal_;
  Monotonic next_;
};

size_t columns_of_output() {
  if (const char* columns = std::getenv("COLUMNS")) {
    const unsigned long wanted = std::strtoul(columns, nullptr, 10);
    if (wanted >= 20 && wanted <= 1000) {
      return wanted;
    }
  }
  return ::isatty(STDOUT_FILENO) == 1 ? top::Terminal::size().columns : 80;
}

int print_once(config::Appliance appliance, std::chrono::nanoseconds interval) {
  config::take_roll(appliance);
  const SystemClock clock;
  StopSignal stop;
  const top::Look before = top::look(appliance, clock);
  stop.wait(std::chrono::duration_cast<std::chrono::milliseconds>(interval));
  const top::Look now = top::look(appliance, clock);
  for (const top::Line& line : top::draw_once(top::picture(before, now), columns_of_output())) {
    const std::string text = line.text();
    std::cout << text.substr(0, text.find_last_not_of(' ') + 1) << "\n";
  }
  return now.dataplane_running || now.control_running ? kFine : kFailed;
}

int run_top(const Arguments& arguments) {
  const auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  if (arguments.interval < 100ms || arguments.interval > 1h) {
    say_error("--interval must be from 100ms to 1h");
    return kWrongUsage;
  }
  if (!may_look(appliance->arena.path)) {
    return kFailed;
  }
  if (arguments.once || !top::Terminal::there()) {
    return print_once(*appliance, arguments.interval);
  }
  return Top(*appliance, arguments.interval).run();
}

}  // namespace

void add_top(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("top", "watch streams, ports and lcores on a full screen");
  const auto arguments = std::make_shared<Arguments>();
  add_config(*command, arguments->file);
  add_duration(*command, "--interval", arguments->interval,
               "how often to look, 1s unless said; rates are over this time");
  command->add_flag("--once", arguments->once, "print one picture and end");
  command->footer(
      "Reads shared memory alone, so it works while either process is down, and goes on when an\n"
      "appliance is stopped and started. `?` lists the keys; q or Ctrl-C ends it. Where input or\n"
      "output is no terminal, prints one picture, as with --once ($COLUMNS wide), and ends with\n"
      "status 1 if nothing runs.\n"
      "\n"
      "Examples:\n"
      "  sluice top -c /etc/sluice/sluice.yaml\n"
      "  COLUMNS=200 sluice top -c sluice.yaml --once\n"
      "\n"
      "Environment: NO_COLOR = do without colours.\n" +
      std::string(kStatuses));
  command->callback([arguments, &action] { action = [arguments] { return run_top(*arguments); }; });
}

}  // namespace sluice::tools
