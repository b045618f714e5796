#include "config/base/error.h"

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace sluice {

std::string_view to_string(Next next) {
  switch (next) {
    case Next::kGiveUp:
      return "give up";
    case Next::kRetry:
      return "retry";
    case Next::kRefreshCredentials:
      return "refresh credentials";
    case Next::kNotFound:
      return "not found";
  }
  return "unknown";
}

Error system_error(std::string_view what, int errnum) {
  const bool passing = errnum == EAGAIN || errnum == EINTR || errnum == ENOSPC || errnum == EIO;
  return {errnum == ENOENT ? Next::kNotFound
          : passing        ? Next::kRetry
                           : Next::kGiveUp,
          std::string(what) + ": " + std::generic_category().message(errnum),
          {}};
}

void panic(std::string_view message) {
  std::fprintf(stderr, "sluice: internal error: %.*s\n", static_cast<int>(message.size()),
               message.data());
  std::abort();
}

}  // namespace sluice
