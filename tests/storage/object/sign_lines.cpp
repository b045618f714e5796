#include <iostream>
#include <nlohmann/json.hpp>

#include "storage/object/sigv4.h"

/// Signs the requests it reads, one JSON object a line, and prints a line for each with every
/// intermediate string, for comparison with another implementation.
namespace {

using namespace sluice;
using namespace sluice::object;
using nlohmann::json;

Fields fields(const json& pairs) {
  Fields out;
  for (const json& pair : pairs) {
    out.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  }
  return out;
}

json as_json(const Signature& signature) {
  return {{"canonical_request", signature.canonical_request},
          {"string_to_sign", signature.string_to_sign},
          {"signature", signature.hex}};
}

json answer(const json& line, Signer& signer) {
  SignableRequest request{line["method"], line["path"], fields(line["query"]),
                          fields(line["headers"]), line["payload_hash"]};
  const Keys keys{line["access_key"], Secret(line["secret_key"].get<std::string>()),
                  Secret(line["token"].get<std::string>()), std::nullopt};
  const Utc at = *parse_rfc3339(line["at"].get<std::string>());
  if (!line.contains("expires")) {
    return as_json(signer.sign(request, keys, at));
  }
  const std::chrono::seconds expires(line["expires"].get<int>());
  const Signature signature = signer.presign(request, keys, at, expires);
  json out = as_json(signature);
  out["query"] = canonical_query(request.query) + "&X-Amz-Signature=" + signature.hex;
  return out;
}

}  // namespace

int main() {
  Signer signer("eu-central-1", "s3");
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(json::parse(line), signer).dump() << '\n';
  }
}
