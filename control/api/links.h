#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "config/base/result.h"
#include "control/api/http.h"
#include "storage/object/store.h"

namespace sluice::api {

/// "http://host:3001": where the client believes this server to be, from Host and, behind a proxy
/// that ends TLS, X-Forwarded-Proto. Empty if Host is missing or no host, so that links made with
/// it are path-absolute.
std::string origin_of(const Request& request);

/// Makes the URLs by which clients get objects. Any thread.
class Links {
 public:
  /// @param signer  makes URLs of an S3 store; null with the file store
  /// @param clock  outlives this
  Links(const config::Storage& storage, std::unique_ptr<object::ObjectStore> signer,
        const Clock& clock);

  /// The URL of an object of the file store, at the server that `request` came to.
  std::string local(const Request& request, const std::string& key) const;
  /// An absolute URL of `key`: of our own server for the file store, else presigned for `expires`
  /// from now.
  Result<std::string> presigned(const Request& request, const std::string& key,
                                std::chrono::seconds expires) const;
  /// Like `presigned`, without a signature, for storage that is public.
  std::string plain(const Request& request, const std::string& key) const;

 private:
  std::string base_;  ///< of a file store with `public_endpoint`, else empty
  std::string bucket_;
  const Clock& clock_;
  mutable std::mutex mutex_;  ///< a store is for one thread at a time
  std::unique_ptr<object::ObjectStore> signer_;
};

}  // namespace sluice::api
