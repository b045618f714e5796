#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "storage/object/sigv4.h"
#include "storage/object/uri.h"

namespace sluice::object {
namespace {

namespace fs = std::filesystem;

/// One case of AWS's signing test suite (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4).
struct Case {
  fs::path folder;
  nlohmann::json context;
  SignableRequest request;

  std::string text(const std::string& name) const;
  Keys keys() const;
  Signer signer() const { return {context["region"], context["service"]}; }
  Utc at() const { return *parse_rfc3339(context["timestamp"].get<std::string>()); }
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string Case::text(const std::string& name) const {
  std::string out = read_file(folder / name);
  while (out.ends_with('\n')) {
    out.pop_back();
  }
  return out;
}

Keys Case::keys() const {
  const auto& c = context["credentials"];
  // some services, S3 not among them, want the token added after signing: signed as if without
  const bool unsigned_token = context.value("omit_session_token", false);
  return {c["access_key_id"], Secret(c["secret_access_key"].get<std::string>()),
          Secret(unsigned_token ? "" : c.value("token", "")), std::nullopt};
}

/// What other services than S3 do to a path, and S3 does not.
std::string normalised(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream in(path);
  for (std::string part; std::getline(in, part, '/');) {
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != "." && part != "..") {
      parts.push_back(part);
    }
  }
  std::string out;
  for (const std::string& part : parts) {
    out += '/' + part;
  }
  return out.empty() || path.ends_with('/') ? out + '/' : out;
}

Fields parse_query(const std::string& text) {
  Fields out;
  std::istringstream in(text);
  for (std::string pair; std::getline(in, pair, '&');) {
    const size_t equals = std::min(pair.find('='), pair.size());
    out.emplace_back(uri_decode(pair.substr(0, equals)),
                     equals < pair.size() ? uri_decode(pair.substr(equals + 1)) : "");
  }
  return out;
}

void parse_headers(std::istream& in, Fields& headers) {
  for (std::string line; std::getline(in, line) && !line.empty();) {
    if (line.front() == ' ') {
      headers.back().second += line;
    } else {
      const size_t colon = line.find(':');
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
  }
}

Case read_case(const fs::path& folder) {
  Case out{folder, nlohmann::json::parse(read_file(folder / "context.json")), {}};
  std::istringstream in(read_file(folder / "request.txt"));
  std::string line;
  std::getline(in, line);
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  const std::string target = line.substr(first + 1, last - first - 1);
  const size_t question = std::min(target.find('?'), target.size());
  out.request.method = line.substr(0, first);
  out.request.path = target.substr(0, question);
  if (out.context["normalize"]) {
    out.request.path = normalised(out.request.path);
  }
  if (question < target.size()) {
    out.request.query = parse_query(target.substr(question + 1));
  }
  parse_headers(in, out.request.headers);
  const std::string body{std::istreambuf_iterator<char>(in), {}};
  out.request.payload_hash = hex(sha256(as_bytes(body)));
  return out;
}

std::vector<fs::path> suite() {
  std::vector<fs::path> out;
  const char* folder = std::getenv("SLUICE_SIGV4_SUITE");
  if (folder != nullptr) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      out.push_back(entry.path());
    }
  }
  return out;
}

TEST(SigV4Suite, EveryStringOfEveryCaseAgrees) {
  const auto folders = suite();
  if (folders.empty()) {
    GTEST_SKIP() << "SLUICE_SIGV4_SUITE does not name the folder of AWS's signing test suite";
  }
  EXPECT_GE(folders.size(), 38U);
  for (const fs::path& folder : folders) {
    SCOPED_TRACE(folder.filename());
    const Case c = read_case(folder);

    SignableRequest by_headers = c.request;
    if (c.context["sign_body"]) {
      by_headers.headers.emplace_back("x-amz-content-sha256", c.request.payload_hash);
    }
    const Signature header = c.signer().sign(by_headers, c.keys(), c.at());
    EXPECT_EQ(header.canonical_request, c.text("header-canonical-request.txt"));
    EXPECT_EQ(header.string_to_sign, c.text("header-string-to-sign.txt"));
    EXPECT_EQ(header.hex, c.text("header-signature.txt"));
    EXPECT_NE(c.text("header-signed-request.txt")
                  .find("Authorization:" + by_headers.headers.back().second),
              std::string::npos);

    SignableRequest by_query = c.request;
    const std::chrono::seconds expires(c.context["expiration_in_seconds"].get<int>());
    const Signature query = c.signer().presign(by_query, c.keys(), c.at(), expires);
    EXPECT_EQ(query.canonical_request, c.text("query-canonical-request.txt"));
    EXPECT_EQ(query.string_to_sign, c.text("query-string-to-sign.txt"));
    EXPECT_EQ(query.hex, c.text("query-signature.txt"));
  }
}

}  // namespace
}  // namespace sluice::object
