#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "config/appliance.h"
#include "config/base/result.h"
#include "config/base/utc.h"

namespace sluice::tools {

/// `sluice object put KEY [FILE]`. Keys are whole: `storage.prefix` is not added.
struct ObjectPut {
  std::string key;
  std::filesystem::path file = "-";  ///< "-" = stdin
  std::string content_type;          ///< empty = by the key's extension
};

/// `sluice object get KEY [FILE]`
struct ObjectGet {
  std::string key;
  std::filesystem::path file = "-";  ///< "-" = stdout; written only once all of it has come
};

/// `sluice object ls [PREFIX]`: a line an object, "SIZE KEY", in the order of keys.
struct ObjectList {
  std::string prefix;
};

/// `sluice object presign KEY [--method GET] [--expires 1h] [--at 2026-01-16T11:47:43Z]`: one URL.
struct ObjectPresign {
  std::string key;
  std::string method = "GET";
  std::chrono::nanoseconds expires = std::chrono::hours(1);
  std::optional<Utc> at;  ///< nothing = now
};

/// Each runs one command against the store of `appliance` and writes its result to `out` (as JSON
/// if `json`); an error is for stderr and exit status 1. Passing faults are retried for about a
/// minute.
Status object_put(const config::Appliance& appliance, const ObjectPut& command, bool json,
                  std::ostream& out);
Status object_get(const config::Appliance& appliance, const ObjectGet& command, std::ostream& out);
Status object_list(const config::Appliance& appliance, const ObjectList& command, bool json,
                   std::ostream& out);
Status object_presign(const config::Appliance& appliance, const ObjectPresign& command, bool json,
                      std::ostream& out);

}  // namespace sluice::tools
