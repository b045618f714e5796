#pragma once

#include <termios.h>

#include <string>

#include "tools/top/frame.h"

namespace sluice::tools::top {

/// The terminal as a full screen, by plain ECMA-48 control sequences. While this lives, keys come
/// as they are pressed and the alternate screen is shown; afterwards all is as it was.
class Terminal {
 public:
  /// Whether standard input and output are one.
  static bool there();

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// The window's size; 80 x 24 where it cannot be told.
  static Size size();
  /// Readable when the window's size has changed, for poll(2).
  int resized_fd() const { return resized_; }
  void forget_resize();

  void show(const Frame& frame);
  /// Gives the terminal back, stops this process, and takes the terminal again once it goes on.
  void suspend();

 private:
  void enter();
  void leave();

  termios before_{};
  int resized_ = -1;
  bool colours_;
};

/// The bytes that show a frame, from the upper left corner on.
std::string escape_codes(const Frame& frame, bool colours);

}  // namespace sluice::tools::top
