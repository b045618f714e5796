#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/base/clock.h"
#include "config/base/digest.h"
#include "config/base/result.h"

namespace sluice::object {

/// A body in pieces. Whoever hands it over keeps the bytes in place and unchanged until the
/// completion has run.
using Body = std::vector<Bytes>;

inline uint64_t body_size(const Body& body) {
  uint64_t total = 0;
  for (const Bytes& piece : body) {
    total += piece.size();
  }
  return total;
}

/// One object to be stored. An object is stored whole or not at all; storing it again replaces it.
/// Of two puts of one key under way at the same time either may win: wait for the first.
struct PutRequest {
  std::string key;
  Body body;
  std::string content_type = "application/octet-stream";
  std::string cache_control;  ///< empty = none
};

/// What listing says of an object.
struct ObjectInfo {
  std::string key;
  uint64_t size = 0;
};

/// One page of a listing; `next` is empty on the last.
struct Listing {
  std::vector<ObjectInfo> objects;
  std::string next;
};

/// What `presign` is asked for.
struct PresignRequest {
  std::string key;
  std::string method = "GET";
  std::chrono::seconds expires{3600};  ///< at most 7 days (AWS SigV4)
  Utc at{};                            ///< the moment of signing
};

/// A presigned URL and when it stops working: the earlier of what was asked for and the
/// credentials' own end.
struct PresignedUrl {
  std::string url;
  Utc expires{};
};

template <typename T>
using Completion = std::function<void(Result<T>)>;

/// An object store: S3-compatible, or a folder. One thread owns it: calls and completions all
/// happen there, the latter inside `poll`. Completions run exactly once; destroying the store drops
/// what is under way without them. Each call is one attempt with one outcome; `Error::next` says
/// whether another makes sense (see retry.h for that).
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Makes the bucket (with CORS) if it is missing. Fine if it is there.
  virtual void ensure_bucket(Completion<void> done) = 0;
  virtual void put(PutRequest request, Completion<void> done) = 0;
  virtual void get(std::string key, Completion<std::string> done) = 0;
  /// Size in bytes; Next::kNotFound if there is no such object.
  virtual void head(std::string key, Completion<uint64_t> done) = 0;
  virtual void remove(std::string key, Completion<void> done) = 0;
  /// @param after  `next` of the page before, empty for the first
  virtual void list(std::string prefix, std::string after, Completion<Listing> done) = 0;

  /// A URL by which anybody can read (or, by method, write) the object until it expires. No
  /// network.
  virtual Result<PresignedUrl> presign(const PresignRequest& request) = 0;
  /// The object's plain URL, for storage that is public.
  virtual std::string url(const std::string& key) const = 0;

  /// Drives transfers for at most `timeout`, returning early once a completion has run or `wake`
  /// was called.
  virtual void poll(std::chrono::milliseconds timeout) = 0;
  /// Ends a `poll` early. The only call that any thread may make.
  virtual void wake() = 0;
  /// Transfers under way.
  virtual size_t in_flight() const = 0;
};

}  // namespace sluice::object
