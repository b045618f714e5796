#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "storage/object/unique_fd.h"

namespace sluice::api {

/// A request without its body: nothing here takes one.
class Request {
 public:
  virtual ~Request() = default;
  virtual std::string_view method() const = 0;
  /// The path of the target, percent-decoded, as sent: it may hold `..` and empty parts.
  virtual std::string_view path() const = 0;
  /// A field of the header; its name in any case.
  virtual std::optional<std::string_view> header(const char* name) const = 0;
  /// A parameter of the query, percent-decoded, `+` read as a blank.
  virtual std::optional<std::string_view> query(const char* name) const = 0;
};

/// Bytes that outlive the server.
struct StaticBody {
  std::string_view bytes;
};

/// A part of an open file, sent by the kernel without passing through us.
struct FileBody {
  object::UniqueFd file;
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct Response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::variant<std::string, StaticBody, FileBody> body;

  Response& with(std::string name, std::string value) & {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  Response&& with(std::string name, std::string value) && {
    return std::move(with(std::move(name), std::move(value)));
  }
};

/// Answers requests, on any of the server's threads, several at once. May throw.
using Handler = std::function<Response(const Request&)>;

}  // namespace sluice::api
