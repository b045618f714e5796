#include "tools/object_command.h"

#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "storage/object/factory.h"
#include "storage/object/retry.h"

namespace sluice::tools {
namespace {

using object::Completion;
using object::ObjectStore;

const SystemClock kClock;

Result<std::unique_ptr<ObjectStore>> open_store(const config::Appliance& appliance) {
  auto store = object::make_store(appliance.storage, kClock, "http://" + appliance.control.listen);
  if (!store) {
    return store;
  }
  const auto say = [](const Error& error, std::chrono::nanoseconds) {
    spdlog::warn("{}; trying again", error.message);
  };
  return object::retrying(std::move(*store), kClock, object::Patience{}, object::system_random(),
                          say);
}

/// Starts a call and drives the store until it has completed.
template <typename T>
Result<T> run(ObjectStore& store, const std::function<void(Completion<T>)>& call) {
  std::optional<Result<T>> outcome;
  call([&outcome](Result<T> result) { outcome = std::move(result); });
  while (!outcome) {
    store.poll(std::chrono::seconds(1));
  }
  return std::move(*outcome);
}

Result<std::string> read_all(const std::filesystem::path& file) {
  if (file == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (in.bad() || !in.is_open()) {
    return fail(system_error("cannot read " + file.string(), errno != 0 ? errno : EIO));
  }
  return bytes;
}

Status write_all(const std::filesystem::path& file, const std::string& bytes, std::ostream& out) {
  if (file == "-") {
    out << bytes << std::flush;
    return out ? Status() : fail("cannot write to stdout");
  }
  errno = 0;
  std::ofstream to(file, std::ios::binary | std::ios::trunc);
  to << bytes << std::flush;
  if (!to) {
    return fail(system_error("cannot write " + file.string(), errno != 0 ? errno : EIO));
  }
  return {};
}

/// Keys may hold bytes that are no UTF-8; they must not make the printing fail.
std::string to_line(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

std::string content_type(const std::string& key) {
  constexpr std::array<std::pair<std::string_view, const char*>, 6> kTypes = {{
      {".ts", "video/mp2t"},
      {".m3u8", "application/vnd.apple.mpegurl"},
      {".jsonl", "application/x-ndjson"},
      {".json", "application/json"},
      {".txt", "text/plain; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
  }};
  for (const auto& [suffix, type] : kTypes) {
    if (key.ends_with(suffix)) {
      return type;
    }
  }
  return "application/octet-stream";
}

}  // namespace

Status object_put(const config::Appliance& appliance, const ObjectPut& command, bool json,
                  std::ostream& out) {
  const auto bytes = read_all(command.file);
  if (!bytes) {
    return fail(bytes.error());
  }
  auto store = open_store(appliance);
  if (!store) {
    return fail(store.error());
  }
  ObjectStore& objects = **store;
  auto ensured =
      run<void>(objects, [&](Completion<void> done) { objects.ensure_bucket(std::move(done)); });
  if (!ensured) {
    return ensured;
  }
  const object::PutRequest request{
      command.key,
      {as_bytes(*bytes)},
      command.content_type.empty() ? content_type(command.key) : command.content_type,
      ""};
  auto stored =
      run<void>(objects, [&](Completion<void> done) { objects.put(request, std::move(done)); });
  if (!stored) {
    return stored;
  }
  if (json) {
    out << to_line({{"key", command.key}, {"bytes", bytes->size()}});
  } else {
    out << "stored " << command.key << ", " << bytes->size() << " bytes\n";
  }
  return {};
}

Status object_get(const config::Appliance& appliance, const ObjectGet& command, std::ostream& out) {
  auto store = open_store(appliance);
  if (!store) {
    return fail(store.error());
  }
  const auto bytes = run<std::string>(
      **store, [&](Completion<std::string> done) { (*store)->get(command.key, std::move(done)); });
  return bytes ? write_all(command.file, *bytes, out) : fail(bytes.error());
}

Status object_list(const config::Appliance& appliance, const ObjectList& command, bool json,
                   std::ostream& out) {
  auto store = open_store(appliance);
  if (!store) {
    return fail(store.error());
  }
  nlohmann::json all = nlohmann::json::array();
  std::string after;
  do {
    const auto page = run<object::Listing>(**store, [&](Completion<object::Listing> done) {
      (*store)->list(command.prefix, after, std::move(done));
    });
    if (!page) {
      return fail(page.error());
    }
    for (const auto& [key, size] : page->objects) {
      if (json) {
        all.push_back({{"key", key}, {"size", size}});
      } else {
        out << size << ' ' << key << '\n';
      }
    }
    after = page->next;
  } while (!after.empty());
  if (json) {
    out << to_line(all);
  }
  return {};
}

Status object_presign(const config::Appliance& appliance, const ObjectPresign& command, bool json,
                      std::ostream& out) {
  if (command.method != "GET" && command.method != "HEAD" && command.method != "PUT" &&
      command.method != "DELETE") {
    return fail("--method is GET, HEAD, PUT or DELETE, not '" + command.method + "'");
  }
  auto store = open_store(appliance);
  if (!store) {
    return fail(store.error());
  }
  const auto signed_url = (*store)->presign(
      {command.key, command.method, std::chrono::floor<std::chrono::seconds>(command.expires),
       command.at.value_or(kClock.now())});
  if (!signed_url) {
    return fail(signed_url.error());
  }
  if (json) {
    out << to_line({{"url", signed_url->url}, {"expires", rfc3339_ms(signed_url->expires)}});
  } else {
    out << signed_url->url << '\n';
  }
  return {};
}

}  // namespace sluice::tools
