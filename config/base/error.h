#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace sluice {

/// What the caller does next about an error. Recoverable errors are reduced to this; the message is
/// for people.
enum class Next {
  kGiveUp,              ///< Trying again cannot help: bad input, refused, a bug.
  kRetry,               ///< The same call may succeed later.
  kRefreshCredentials,  ///< The credentials were refused or have expired; get new ones, then retry.
  kNotFound,            ///< What was asked for is not there.
};

std::string_view to_string(Next next);

/// A recoverable error: what to do next, and a message that says what, where and what to do about
/// it.
struct Error {
  Next next = Next::kGiveUp;
  std::string message;
  /// For kRetry: the other side asked not to be called again before this long. 0 = it did not say.
  std::chrono::seconds retry_after{0};
};

/// An error that names a failed system call's subject: "cannot open /x: No such file or directory".
/// @param what  what failed, e.g. "cannot open /x"
/// @param errnum  the value of errno
Error system_error(std::string_view what, int errnum);

/// Ends the process because an invariant of our own is broken. Never for bad input.
[[noreturn]] void panic(std::string_view message);

}  // namespace sluice
