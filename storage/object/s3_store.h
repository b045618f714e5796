#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "storage/object/credentials.h"
#include "storage/object/endpoint.h"
#include "storage/object/http_client.h"
#include "storage/object/s3_error.h"
#include "storage/object/sigv4.h"
#include "storage/object/store.h"

namespace sluice::object {

/// A bucket on an S3-compatible server. Error messages name request, bucket, key, endpoint, HTTP
/// status and S3's code.
///
/// Bodies are signed over http; over TLS, which protects them already, they go as
/// UNSIGNED-PAYLOAD. When the server finds our clock wrong, its own is signed with from then on.
/// Refused credentials are looked up again for the next call.
class S3Store final : public ObjectStore {
 public:
  static Result<std::unique_ptr<S3Store>> make(const config::Storage& storage, const Clock& clock,
                                               std::unique_ptr<CredentialsProvider> credentials,
                                               HttpOptions http = {});

  void ensure_bucket(Completion<void> done) override;
  void put(PutRequest request, Completion<void> done) override;
  void get(std::string key, Completion<std::string> done) override;
  void head(std::string key, Completion<uint64_t> done) override;
  void remove(std::string key, Completion<void> done) override;
  void list(std::string prefix, std::string after, Completion<Listing> done) override;
  Result<PresignedUrl> presign(const PresignRequest& request) override;
  std::string url(const std::string& key) const override;
  void poll(std::chrono::milliseconds timeout) override;
  void wake() override;
  size_t in_flight() const override;

 private:
  /// One request to the bucket (no key) or to an object in it.
  struct Call {
    std::string method;
    std::string key;
    Fields query;
    Fields headers;
    Body body;
  };
  using Reply = tl::expected<HttpResponse, S3Failure>;
  using OnReply = std::function<void(Reply)>;

  S3Store(const config::Storage& storage, const Clock& clock, Endpoint endpoint,
          Endpoint public_endpoint, std::unique_ptr<CredentialsProvider> credentials,
          HttpOptions http);

  void send(Call call, OnReply done);
  /// As `send`, with a body of our own making, which has to come with its MD5.
  void send_text(Call call, std::string body, OnReply done);
  void answer(const std::string& what, Result<HttpResponse> result, const OnReply& done);
  void learn(const S3Failure& failure, const HttpResponse& response);
  void create_bucket(const std::string& location, Completion<void> done);
  void add_missing_cors(Completion<void> done);
  void put_cors(Completion<void> done);
  void fail_later(S3Failure failure, OnReply done);

  std::string host(const Endpoint& endpoint) const;
  std::string path(const std::string& key) const;
  std::string describe(const Call& call) const;
  std::string payload_hash(const Body& body) const;

  const Clock& clock_;
  std::string bucket_;
  std::string region_;
  config::Addressing addressing_;
  std::vector<std::string> cors_;
  Endpoint endpoint_;
  Endpoint public_endpoint_;
  std::unique_ptr<CredentialsProvider> credentials_;
  Signer signer_;
  std::chrono::nanoseconds skew_{0};          ///< server's clock less ours
  std::deque<std::function<void()>> failed_;  ///< completions of calls that never left
  HttpClient http_;
};

}  // namespace sluice::object
