#include <algorithm>

#include "config/address.h"
#include "config/sections.h"

namespace sluice::config {
namespace {

constexpr size_t kLongestPrefix = 127;  // with the longest stream name it still fits the arena

constexpr std::string_view kLowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

/// "https://host[:port]": S3 signs host and path, so nothing else may stand in it.
Status check_http(std::string& url) {
  const size_t start = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (start == 0) {
    return fail("must start with https:// or http://");
  }
  if (url.ends_with('/')) {
    url.pop_back();
  }
  const std::string_view authority = std::string_view(url).substr(std::min(start, url.size()));
  if (authority.find('@') != std::string_view::npos) {
    return fail("must not hold a user or password; see storage.credentials");
  }
  if (authority.find_first_of("/?# ") != std::string_view::npos) {
    return fail(
        "must be a host and perhaps a port, like https://s3.example.net:9000, with no path "
        "(the bucket has a key of its own)");
  }
  const auto split = split_host_port(authority);
  if (!split) {
    return fail(split.error());
  }
  if (split->host.empty() || (split->port && *split->port == 0)) {
    return fail("needs a host and, if any, a port from 1 to 65535");
  }
  return {};
}

Status check_endpoint(std::string& url) {
  if (url.starts_with("file://")) {
    return url.starts_with("file:///") && url.size() > 8
               ? Status()
               : fail("needs a whole path after file://, like file:///var/lib/sluice/archive");
  }
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return fail("must start with https://, http:// or file://");
  }
  return check_http(url);
}

/// Amazon S3's rules for general purpose buckets.
bool good_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         kLowerDigits.find(name.front()) != std::string_view::npos &&
         kLowerDigits.find(name.back()) != std::string_view::npos &&
         name.find("..") == std::string_view::npos && std::ranges::all_of(name, [](char c) {
           return c == '-' || c == '.' || kLowerDigits.find(c) != std::string_view::npos;
         });
}

void read_prefix(YamlMap& map, std::string& out) {
  std::string prefix;
  if (!map.has("prefix") || !map.text("prefix", prefix)) {
    return;
  }
  const bool named = prefix.ends_with('/') &&
                     StreamId::parse(std::string_view(prefix).substr(0, prefix.size() - 1));
  if (!named || prefix.size() > kLongestPrefix) {
    map.problem("prefix", "\"" + prefix +
                              "\" must be a folder of letters, digits, '.', '_' and "
                              "'-' that ends in '/', of at most " +
                              std::to_string(kLongestPrefix) + " characters");
    return;
  }
  out = prefix;
}

void read_credentials(YamlMap& parent, Credentials& out) {
  auto map = parent.map("credentials");
  if (!map) {
    return;
  }
  using From = Credentials::From;
  map->choice("source", out.source,
              {{"auto", From::kAuto},
               {"environment", From::kEnvironment},
               {"profile", From::kProfile},
               {"file", From::kFile}});
  map->text("profile", out.profile);
  map->path("file", out.file);
  map->close();
  if (out.source == From::kFile && !map->has("file")) {
    map->problem("source", "file needs the file's name: add `file: /etc/sluice/s3.credentials`");
  }
  if (out.source != From::kFile && map->has("file")) {
    map->problem("file", "only goes with `source: file`");
  }
}

}  // namespace

void read_storage(YamlMap& top, Storage& out) {
  auto map = top.map("storage");
  if (!map) {
    top.problem("storage",
                "is missing: where the archive goes, like `storage: {endpoint: "
                "\"file:///var/lib/sluice/archive\"}`");
    return;
  }
  if (map->text("endpoint", out.endpoint)) {
    if (const auto good = check_endpoint(out.endpoint); !good) {
      map->problem("endpoint", good.error().message);
    }
  } else if (!map->has("endpoint")) {
    map->problem("endpoint",
                 "is missing: https://host of an S3 store, or file:///folder for a local archive");
  }
  if (map->text("public_endpoint", out.public_endpoint)) {
    if (const auto good = check_http(out.public_endpoint); !good) {
      map->problem("public_endpoint", good.error().message);
    }
  }
  map->text("region", out.region);
  if (map->text("bucket", out.bucket) && !good_bucket(out.bucket)) {
    map->problem("bucket", "\"" + out.bucket +
                               "\" is no bucket's name: 3 to 63 lower-case letters, digits, '-' "
                               "and '.', with a letter or digit at both ends");
  }
  read_prefix(*map, out.prefix);
  map->choice("addressing", out.addressing,
              {{"path", Addressing::kPath}, {"virtual", Addressing::kVirtual}});
  map->texts("cors", out.cors);
  map->path("ca_file", out.ca_file);
  read_credentials(*map, out.credentials);
  map->close();
}

void read_spool(YamlMap& top, Spool& out) {
  auto map = top.map("spool");
  if (!map) {
    return;
  }
  map->path("path", out.path);
  map->size("max", out.max);
  map->choice("when", out.always, {{"behind", false}, {"always", true}});
  map->close();
  if (!map->has("max")) {
    map->problem("max", "is missing: how much disk the spool may take, like 500GiB");
  }
}

void read_control(YamlMap& top, Control& out) {
  auto map = top.map("control");
  if (!map) {
    return;
  }
  if (map->text("listen", out.listen)) {
    const auto split = split_host_port(out.listen);
    if (!split || !split->port || !Address::parse(split->host)) {
      map->problem("listen", "\"" + out.listen +
                                 "\" is no address and port, like 127.0.0.1:3001 or [::]:3001");
    }
  }
  map->path("token_file", out.token_file);
  map->path("urls_log", out.urls_log);
  map->path("state", out.state);
  map->path("local_copy", out.local_copy);
  map->boolean("keep_local_segments", out.keep_local_segments);
  map->boolean("stream_folder", out.stream_folder);
  map->close();
}

}  // namespace sluice::config
