#include "tools/top/terminal.h"

#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace sluice::tools::top {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[2J";  // alternate screen, no cursor
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) {
      return;  // the terminal is gone; whoever polls it is told
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

sigset_t window_changes() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGWINCH);
  return set;
}

/// Select graphic rendition (ECMA-48, 8.3.117).
std::string_view rendition(Style style, bool colours) {
  switch (style) {
    case Style::kPlain:
      return "\x1b[0m";
    case Style::kTitle:
      return "\x1b[0;1m";
    case Style::kHeading:
      return "\x1b[0;7m";
    case Style::kSelected:
      return colours ? "\x1b[0;1;37;44m" : "\x1b[0;1;7m";
    case Style::kGood:
      return colours ? "\x1b[0;32m" : "\x1b[0m";
    case Style::kWarning:
      return colours ? "\x1b[0;33m" : "\x1b[0;1m";
    case Style::kAlarm:
      return colours ? "\x1b[0;1;31m" : "\x1b[0;1m";
    case Style::kFaint:
      return "\x1b[0;2m";
  }
  return "\x1b[0m";
}

}  // namespace

bool Terminal::there() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

Terminal::Terminal() : colours_(std::getenv("NO_COLOR") == nullptr) {
  ::tcgetattr(STDIN_FILENO, &before_);
  const sigset_t set = window_changes();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  resized_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  enter();
}

Terminal::~Terminal() {
  leave();
  ::close(resized_);
}

void Terminal::enter() {
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  write_all(kEnter);
}

void Terminal::leave() {
  write_all(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

Size Terminal::size() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 ||
      window.ws_row == 0) {
    return {};
  }
  return {window.ws_col, window.ws_row};
}

void Terminal::forget_resize() {
  signalfd_siginfo ignored{};
  while (::read(resized_, &ignored, sizeof ignored) > 0) {
  }
}

void Terminal::show(const Frame& frame) {
  write_all(escape_codes(frame, colours_));
}

void Terminal::suspend() {
  leave();
  ::raise(SIGSTOP);
  enter();
}

std::string escape_codes(const Frame& frame, bool colours) {
  std::string bytes;
  for (size_t row = 0; row < frame.size(); ++row) {
    bytes += "\x1b[" + std::to_string(row + 1) + ";1H";
    for (const Line::Piece& piece : frame[row].pieces()) {
      bytes += rendition(piece.style, colours);
      bytes += piece.text;
    }
    bytes += "\x1b[0m\x1b[K";
  }
  return bytes;
}

}  // namespace sluice::tools::top
