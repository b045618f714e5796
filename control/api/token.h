#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "config/base/digest.h"
#include "config/base/result.h"

namespace sluice::api {

/// The bearer token (RFC 6750) that guards the API, kept as its digest.
class Token {
 public:
  /// Reads the first line of a file. Fails if it cannot be read or is empty.
  static Result<Token> load(const std::filesystem::path& file);

  /// Whether an Authorization field carries it. Takes the same time for every wrong one.
  bool allows(std::optional<std::string_view> authorization) const;

 private:
  explicit Token(const Sha256Digest& digest) : digest_(digest) {}
  Sha256Digest digest_;
};

}  // namespace sluice::api
