#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/address.h"
#include "config/source_url.h"
#include "storage/object/endpoint.h"
#include "storage/object/sigv4.h"
#include "storage/object/uri.h"

using namespace sluice;

namespace {

bool is_plain(std::string_view text) {
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
             "0123456789-._~%/") == std::string_view::npos;
}

void check_presigned(std::string_view text) {
  object::SignableRequest request;
  request.method = "GET";
  request.path = "/" + std::string(text);
  request.query = {{std::string(text), "1"}};
  request.headers = {{"Host", "s3.example.net"}};
  request.payload_hash = object::kUnsignedPayload;
  object::Keys keys;
  keys.access_key = "AKIDEXAMPLE";
  keys.secret_key = Secret("secret");
  object::Signer signer("us-east-1", "s3");
  const auto signature = signer.presign(request, keys, Utc{}, std::chrono::hours(1));
  if (signature.hex.size() != 64) std::abort();
}

}  // namespace

/// Any text: what is encoded is plain and decodes to itself, can be signed for, and is a URL of
/// ours or none.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& encoded : {object::uri_encode(text), object::uri_encode_path(text)}) {
    if (!is_plain(encoded) || object::uri_decode(encoded) != text) std::abort();
  }
  if (object::uri_decode(text).size() > size) std::abort();
  check_presigned(text);
  if (const auto endpoint = object::parse_endpoint(text)) {
    const auto again = object::parse_endpoint(endpoint->url());
    if (!again || again->url() != endpoint->url()) std::abort();
  }
  if (const auto address = config::Address::parse(text)) {
    const auto again = config::Address::parse(address->text);
    if (!again || again->text != address->text || again->multicast != address->multicast) {
      std::abort();
    }
  }
  config::split_host_port(text);
  config::is_network_address(text);
  config::parse_source(text);
  return 0;
}
