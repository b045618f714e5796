#include "control/upload/store_binding.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <random>

namespace sluice::upload {
namespace {

/// A random UUID (RFC 4122, 4.4).
std::string random_uuid() {
  std::random_device random;
  std::array<uint8_t, 16> bytes{};
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random());
  }
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes);
  for (const size_t dash : {8, 13, 18, 23}) {
    text.insert(dash, 1, '-');
  }
  return text;
}

/// The id in a marker's text, or nothing.
std::string id_of(const std::string& marker) {
  const auto json = nlohmann::json::parse(marker, nullptr, false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) {
    return {};
  }
  return json["id"].get<std::string>();
}

/// The key of the segment that was stored last; empty if there is none.
std::string newest_key(const catalog::CatalogReader& catalog) {
  const auto streams = catalog.streams();
  catalog::Segment newest;
  for (const catalog::Stream& stream : streams.value_or(std::vector<catalog::Stream>{})) {
    const auto last = catalog.last(stream.name, 1);
    if (last && !last->empty() && last->front().stored_at > newest.stored_at) {
      newest = last->front();
    }
  }
  return newest.key;
}

}  // namespace

StoreBinding::StoreBinding(object::ObjectStore& store, catalog::Catalog& catalog,
                           const std::string& prefix)
    : store_(store), catalog_(catalog), key_(prefix + ".sluice/store.json") {}

void StoreBinding::start() {
  store_.ensure_bucket([this](const Status&) { look(); });
}

void StoreBinding::look() {
  store_.get(key_, [this](const Result<std::string>& marker) {
    if (marker) {
      found(*marker);
    } else if (marker.error().next == Next::kNotFound) {
      missing();
    } else {
      look();
    }
  });
}

void StoreBinding::found(const std::string& marker) {
  const std::string id = id_of(marker);
  if (id.empty()) {
    spdlog::warn("{} in the object store cannot be read; it is written anew", key_);
    bind(random_uuid());
    return;
  }
  const std::string known = catalog_.read().store_id().value_or("");
  if (known != id) {
    if (known.empty()) {
      spdlog::warn(
          "the object store already holds an archive (id {}) that this catalog does not know: what "
          "it holds is not listed until `sluice catalog rebuild` has run",
          id);
    } else {
      spdlog::warn("the object store has id {}, the catalog was made for {}: going on with it", id,
                   known);
    }
    (void)catalog_.set_store_id(id);
  }
  bound_ = true;
}

void StoreBinding::missing() {
  const std::string known = catalog_.read().store_id().value_or("");
  const std::string newest = newest_key(catalog_.read());
  if (known.empty()) {
    bind(random_uuid());
    return;
  }
  if (newest.empty()) {
    bind(known);
    return;
  }
  store_.head(newest, [this, known](const Result<uint64_t>& size) {
    if (size) {
      spdlog::warn("{} was gone from the object store, the archive is there: it is written again",
                   key_);
      bind(known);
    } else if (size.error().next == Next::kNotFound) {
      start_anew(known);
    } else {
      look();
    }
  });
}

void StoreBinding::start_anew(const std::string& known) {
  const auto kept = catalog_.start_anew();
  if (!kept) {
    spdlog::error("the object store was emptied, but the catalog cannot start anew: {}",
                  kept.error().message);
  } else {
    spdlog::warn(
        "the object store was emptied or replaced (its id {} is gone): the catalog starts anew; "
        "the old one is kept as {}",
        known, kept->string());
  }
  bind(random_uuid());
}

void StoreBinding::bind(const std::string& id) {
  marker_ = nlohmann::json{{"id", id}}.dump() + "\n";
  store_.put({.key = key_, .body = {as_bytes(marker_)}, .content_type = "application/json"},
             [this, id](const Status&) {
               (void)catalog_.set_store_id(id);
               bound_ = true;
             });
}

}  // namespace sluice::upload
