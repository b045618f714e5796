#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "config/base/error.h"

namespace sluice {

/// A value, or the reason why there is none. The second tier of errors: recoverable, off the hot
/// path.
template <typename T>
using Result = tl::expected<T, Error>;

/// Success, or the reason why not.
using Status = Result<void>;

/// `return fail(...)` from a function that returns a Result.
inline tl::unexpected<Error> fail(Next next, std::string message) {
  return tl::unexpected<Error>(Error{next, std::move(message), {}});
}

inline tl::unexpected<Error> fail(std::string message) {
  return fail(Next::kGiveUp, std::move(message));
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace sluice
