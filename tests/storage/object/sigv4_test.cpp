#include "storage/object/sigv4.h"

#include <gtest/gtest.h>

namespace sluice::object {
namespace {

using namespace std::chrono_literals;

// "Signature calculations for the Authorization header" and "Authenticating requests: using query
// parameters" in AWS's S3 API reference
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kHost = "examplebucket.s3.amazonaws.com";

Keys example_keys() {
  return {"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}, {}};
}

Utc example_time() {
  return *parse_rfc3339("2013-05-24T00:00:00Z");
}

SignableRequest request(std::string method, std::string path, Fields query, Fields headers,
                        std::string_view hash) {
  headers.emplace_back("Host", kHost);
  headers.emplace_back("x-amz-content-sha256", hash);
  return {std::move(method), std::move(path), std::move(query), std::move(headers),
          std::string(hash)};
}

TEST(SigV4, AgreesWithAwsExampleOfGettingARange) {
  auto r = request("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}}, kEmptyHash);
  const Signature s = Signer("us-east-1", "s3").sign(r, example_keys(), example_time());
  EXPECT_EQ(
      s.canonical_request,
      "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
      "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
      "x-amz-date:20130524T000000Z\n\nhost;range;x-amz-content-sha256;x-amz-date\n"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(s.string_to_sign,
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
  EXPECT_EQ(s.hex, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(r.headers.back().second,
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, AgreesWithAwsExampleOfPuttingAnObject) {
  const std::string hash = hex(sha256(as_bytes("Welcome to Amazon S3.")));
  EXPECT_EQ(hash, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  auto r = request(
      "PUT", "/test$file.text", {},
      {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
      hash);
  const Signature s = Signer("us-east-1", "s3").sign(r, example_keys(), example_time());
  EXPECT_EQ(s.signed_headers, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class");
  EXPECT_EQ(s.hex, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SigV4, AgreesWithAwsExampleOfAQueryWithoutValue) {
  auto r = request("GET", "/", {{"lifecycle", ""}}, {}, kEmptyHash);
  EXPECT_EQ(Signer("us-east-1", "s3").sign(r, example_keys(), example_time()).hex,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(SigV4, AgreesWithAwsExampleOfAListing) {
  auto r = request("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}, kEmptyHash);
  EXPECT_EQ(Signer("us-east-1", "s3").sign(r, example_keys(), example_time()).hex,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SigV4, AgreesWithAwsExampleOfAPresignedUrl) {
  SignableRequest r{
      "GET", "/test.txt", {}, {{"host", std::string(kHost)}}, std::string(kUnsignedPayload)};
  const Signature s = Signer("us-east-1", "s3").presign(r, example_keys(), example_time(), 86400s);
  EXPECT_EQ(s.string_to_sign,
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04");
  EXPECT_EQ(s.hex, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SigV4, KeepsNoSigningKeyBeyondItsDayOrSecret) {
  Signer kept("us-east-1", "s3");
  Keys other = example_keys();
  other.secret_key = Secret("another");
  for (const auto& [keys, at] :
       {std::pair(example_keys(), example_time()),
        std::pair(example_keys(), Utc(example_time() + 24h)),
        std::pair(other, Utc(example_time() + 24h)), std::pair(example_keys(), example_time())}) {
    auto first = request("GET", "/k", {}, {}, kEmptyHash);
    auto second = first;
    EXPECT_EQ(kept.sign(first, keys, at).hex, Signer("us-east-1", "s3").sign(second, keys, at).hex);
  }
}

}  // namespace
}  // namespace sluice::object
