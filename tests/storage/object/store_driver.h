#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "storage/object/store.h"

namespace sluice::object {

/// Polls until `done` holds or ten seconds are over.
inline void poll_until(ObjectStore& store, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done() && std::chrono::steady_clock::now() < end) {
    store.poll(std::chrono::milliseconds(100));
  }
}

/// Starts a call and polls until it has completed.
template <typename T>
Result<T> wait_for(ObjectStore& store, const std::function<void(Completion<T>)>& call) {
  auto outcome = std::make_shared<std::optional<Result<T>>>();
  call([outcome](Result<T> result) { *outcome = std::move(result); });
  poll_until(store, [&] { return outcome->has_value(); });
  return outcome->has_value() ? std::move(**outcome) : fail("no completion within ten seconds");
}

inline Status ensure_bucket(ObjectStore& store) {
  return wait_for<void>(store, [&](auto done) { store.ensure_bucket(done); });
}
inline Status put(ObjectStore& store, const std::string& key, Body body,
                  const std::string& type = "application/octet-stream") {
  return wait_for<void>(store, [&](auto done) { store.put({key, body, type, ""}, done); });
}
inline Status put(ObjectStore& store, const std::string& key, const std::string& text) {
  return put(store, key, Body{as_bytes(text)});
}
inline Result<std::string> get(ObjectStore& store, const std::string& key) {
  return wait_for<std::string>(store, [&](auto done) { store.get(key, done); });
}
inline Result<uint64_t> head(ObjectStore& store, const std::string& key) {
  return wait_for<uint64_t>(store, [&](auto done) { store.head(key, done); });
}
inline Status remove(ObjectStore& store, const std::string& key) {
  return wait_for<void>(store, [&](auto done) { store.remove(key, done); });
}
inline Result<Listing> list(ObjectStore& store, const std::string& prefix,
                            const std::string& after = "") {
  return wait_for<Listing>(store, [&](auto done) { store.list(prefix, after, done); });
}

}  // namespace sluice::object
