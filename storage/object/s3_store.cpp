#include "storage/object/s3_store.h"

#include <algorithm>
#include <utility>

#include "config/base/log.h"
#include "storage/object/s3_message.h"
#include "storage/object/uri.h"

namespace sluice::object {

Result<std::unique_ptr<S3Store>> S3Store::make(const config::Storage& storage, const Clock& clock,
                                               std::unique_ptr<CredentialsProvider> credentials,
                                               HttpOptions http) {
  auto endpoint = parse_endpoint(storage.endpoint);
  if (!endpoint) {
    return fail(endpoint.error());
  }
  auto outside =
      storage.public_endpoint.empty() ? endpoint : parse_endpoint(storage.public_endpoint);
  if (!outside) {
    return fail(outside.error());
  }
  http.ca_file = storage.ca_file;
  return std::unique_ptr<S3Store>(new S3Store(storage, clock, std::move(*endpoint),
                                              std::move(*outside), std::move(credentials),
                                              std::move(http)));
}

S3Store::S3Store(const config::Storage& storage, const Clock& clock, Endpoint endpoint,
                 Endpoint public_endpoint, std::unique_ptr<CredentialsProvider> credentials,
                 HttpOptions http)
    : clock_(clock),
      bucket_(storage.bucket),
      region_(storage.region),
      addressing_(storage.addressing),
      cors_(storage.cors),
      endpoint_(std::move(endpoint)),
      public_endpoint_(std::move(public_endpoint)),
      credentials_(std::move(credentials)),
      signer_(storage.region, "s3"),
      http_(std::move(http)) {}

void S3Store::ensure_bucket(Completion<void> done) {
  // a listing and not HEAD, whose refusals have no body to say why
  Call look{"GET", "", {{"list-type", "2"}, {"max-keys", "0"}}, {}, {}};
  send(std::move(look), [this, done = std::move(done)](Reply reply) {
    if (reply) {
      add_missing_cors(done);
    } else if (reply.error().code == "NoSuchBucket") {
      create_bucket(location_constraint(region_), done);
    } else {
      done(fail(reply.error().error));
    }
  });
}

void S3Store::create_bucket(const std::string& location, Completion<void> done) {
  auto created = [this, location, done = std::move(done)](Reply reply) {
    if (!reply && reply.error().code == "InvalidLocationConstraint" && !location.empty()) {
      // Stores other than Amazon's often have one place only, whatever the region is called.
      return create_bucket("", done);
    }
    if (!reply && reply.error().code != "BucketAlreadyOwnedByYou") {
      return done(fail(reply.error().error));
    }
    spdlog::info("created bucket {} at {}", bucket_, endpoint_.url());
    put_cors(done);
  };
  Call create{"PUT", "", {}, {}, {}};
  if (location.empty()) {
    send(std::move(create), std::move(created));
  } else {
    send_text(std::move(create), location, std::move(created));
  }
}

void S3Store::add_missing_cors(Completion<void> done) {
  send({"GET", "", {{"cors", ""}}, {}, {}}, [this, done = std::move(done)](Reply reply) {
    if (reply || reply.error().error.next != Next::kNotFound) {
      return done({});  // it has rules, or they are not ours to see
    }
    put_cors([done](Status put) {
      if (!put) {  // somebody else's bucket: storing works all the same
        spdlog::warn("players in browsers may be refused: {}", put.error().message);
      }
      done({});
    });
  });
}

void S3Store::put_cors(Completion<void> done) {
  if (cors_.empty()) {
    return done({});
  }
  send_text({"PUT", "", {{"cors", ""}}, {}, {}}, cors_configuration(cors_),
            [done = std::move(done)](Reply reply) {
              done(reply ? Status() : fail(reply.error().error));
            });
}

void S3Store::put(PutRequest request, Completion<void> done) {
  Call call{"PUT", std::move(request.key), {}, {}, std::move(request.body)};
  if (!request.content_type.empty()) {
    call.headers.emplace_back("Content-Type", std::move(request.content_type));
  }
  if (!request.cache_control.empty()) {
    call.headers.emplace_back("Cache-Control", std::move(request.cache_control));
  }
  send(std::move(call), [done = std::move(done)](Reply reply) {
    done(reply ? Status() : fail(reply.error().error));
  });
}

void S3Store::get(std::string key, Completion<std::string> done) {
  send({"GET", std::move(key), {}, {}, {}}, [done = std::move(done)](Reply reply) {
    if (reply) {
      done(std::move(reply->body));
    } else {
      done(fail(reply.error().error));
    }
  });
}

void S3Store::head(std::string key, Completion<uint64_t> done) {
  send({"HEAD", std::move(key), {}, {}, {}}, [done = std::move(done)](Reply reply) {
    if (reply) {
      done(reply->content_length.value_or(0));
    } else {
      done(fail(reply.error().error));
    }
  });
}

void S3Store::remove(std::string key, Completion<void> done) {
  send({"DELETE", std::move(key), {}, {}, {}}, [done = std::move(done)](Reply reply) {
    const bool gone = reply || reply.error().code == "NoSuchKey";
    done(gone ? Status() : fail(reply.error().error));
  });
}

void S3Store::list(std::string prefix, std::string after, Completion<Listing> done) {
  Call call{"GET", "", {{"list-type", "2"}, {"encoding-type", "url"}}, {}, {}};
  call.query.emplace_back("prefix", std::move(prefix));
  if (!after.empty()) {
    call.query.emplace_back("continuation-token", std::move(after));
  }
  const std::string what = describe(call);
  send(std::move(call), [what, done = std::move(done)](Reply reply) {
    if (!reply) {
      return done(fail(reply.error().error));
    }
    auto listing = parse_listing(reply->body);
    if (!listing) {
      return done(fail(listing.error().next, what + ": " + listing.error().message));
    }
    done(std::move(*listing));
  });
}

Result<PresignedUrl> S3Store::presign(const PresignRequest& request) {
  if (request.expires < std::chrono::seconds(1) || request.expires > kMaxExpires) {
    return fail("a presigned URL lasts from 1 second to 7 days, not " +
                std::to_string(request.expires.count()) + " s");
  }
  auto keys = credentials_->keys();
  if (!keys) {
    return fail(keys.error());
  }
  auto life = request.expires;
  if (keys->expires) {
    life = std::min(life, std::chrono::floor<std::chrono::seconds>(*keys->expires - request.at));
    if (life < std::chrono::seconds(1)) {
      credentials_->refresh();
      return fail(Next::kRefreshCredentials, "cannot presign: the credentials have expired");
    }
  }
  SignableRequest signable{request.method,
                           path(request.key),
                           {},
                           {{"Host", host(public_endpoint_)}},
                           std::string(kUnsignedPayload)};
  const Signature signature = signer_.presign(signable, *keys, request.at + skew_, life);
  return PresignedUrl{url(request.key) + '?' + canonical_query(signable.query) +
                          "&X-Amz-Signature=" + signature.hex,
                      request.at + life};
}

std::string S3Store::url(const std::string& key) const {
  return (public_endpoint_.tls ? "https://" : "http://") + host(public_endpoint_) +
         uri_encode_path(path(key));
}

void S3Store::poll(std::chrono::milliseconds timeout) {
  if (failed_.empty()) {
    return http_.poll(timeout);
  }
  for (size_t n = failed_.size(); n > 0; --n) {
    const auto run = std::move(failed_.front());
    failed_.pop_front();
    run();
  }
  http_.poll(std::chrono::milliseconds(0));
}

void S3Store::wake() {
  http_.wake();
}

size_t S3Store::in_flight() const {
  return http_.in_flight() + failed_.size();
}

void S3Store::send(Call call, OnReply done) {
  const std::string what = describe(call);
  auto keys = credentials_->keys();
  if (!keys) {
    S3Failure failure;
    failure.error = {keys.error().next, what + ": " + keys.error().message, {}};
    credentials_->refresh();
    return fail_later(std::move(failure), std::move(done));
  }
  SignableRequest signable{call.method, path(call.key), std::move(call.query),
                           std::move(call.headers), payload_hash(call.body)};
  signable.headers.emplace_back("Host", host(endpoint_));
  signable.headers.emplace_back("X-Amz-Content-Sha256", signable.payload_hash);
  signer_.sign(signable, *keys, clock_.now() + skew_);

  HttpRequest request;
  request.method = std::move(call.method);
  request.url =
      (endpoint_.tls ? "https://" : "http://") + host(endpoint_) + uri_encode_path(signable.path);
  if (!signable.query.empty()) {
    request.url += '?' + canonical_query(signable.query);
  }
  request.headers = std::move(signable.headers);
  request.body = std::move(call.body);
  http_.start(std::move(request), [this, what, done = std::move(done)](Result<HttpResponse> got) {
    answer(what, std::move(got), done);
  });
}

void S3Store::send_text(Call call, std::string body, OnReply done) {
  const auto kept = std::make_shared<const std::string>(std::move(body));
  call.body = {as_bytes(*kept)};
  call.headers.emplace_back("Content-MD5", base64(md5(as_bytes(*kept))));
  call.headers.emplace_back("Content-Type", "application/xml");
  send(std::move(call), [kept, done = std::move(done)](Reply reply) { done(std::move(reply)); });
}

void S3Store::answer(const std::string& what, Result<HttpResponse> result, const OnReply& done) {
  if (!result) {
    S3Failure failure;
    failure.error = {result.error().next, what + ": " + result.error().message, {}};
    return done(tl::make_unexpected(std::move(failure)));
  }
  if (result->status >= 200 && result->status < 300) {
    return done(std::move(*result));
  }
  S3Failure failure = refusal(*result, what);
  learn(failure, *result);
  done(tl::make_unexpected(std::move(failure)));
}

void S3Store::learn(const S3Failure& failure, const HttpResponse& response) {
  if (failure.error.next == Next::kRefreshCredentials) {
    credentials_->refresh();
  }
  if (failure.code == "RequestTimeTooSkewed" && response.date) {
    skew_ = *response.date - clock_.now();
    spdlog::warn("this machine's clock is {} s off that of {}; signing by the server's",
                 std::chrono::duration_cast<std::chrono::seconds>(skew_).count(), endpoint_.url());
  }
}

void S3Store::fail_later(S3Failure failure, OnReply done) {
  failed_.push_back([failure = std::move(failure), done = std::move(done)] {
    done(tl::make_unexpected(failure));
  });
}

std::string S3Store::host(const Endpoint& endpoint) const {
  return addressing_ == config::Addressing::kVirtual ? bucket_ + '.' + endpoint.authority
                                                     : endpoint.authority;
}

std::string S3Store::path(const std::string& key) const {
  if (addressing_ == config::Addressing::kVirtual) {
    return '/' + key;
  }
  return '/' + bucket_ + (key.empty() ? "" : '/' + key);
}

std::string S3Store::describe(const Call& call) const {
  return call.method + " s3://" + bucket_ + (call.key.empty() ? "" : '/' + call.key) + " at " +
         endpoint_.url();
}

std::string S3Store::payload_hash(const Body& body) const {
  if (endpoint_.tls && !body.empty()) {
    return std::string(kUnsignedPayload);
  }
  Sha256 hash;
  for (const Bytes& piece : body) {
    hash.update(piece);
  }
  return hex(hash.finish());
}

}  // namespace sluice::object
