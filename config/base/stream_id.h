#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "config/base/result.h"

namespace sluice {

/// The name of a stream: one or more parts of `[A-Za-z0-9._-]` joined by `/`, at most kMaxLength
/// bytes. It is a part of object keys, file names and URLs as it stands, so nothing in it ever
/// needs escaping; no part is `.` or `..`.
class StreamId {
 public:
  static constexpr size_t kMaxLength = 127;

  static Result<StreamId> parse(std::string_view text);

  const std::string& str() const { return name_; }
  auto operator<=>(const StreamId&) const = default;

 private:
  explicit StreamId(std::string name) : name_(std::move(name)) {}
  std::string name_;
};

}  // namespace sluice
