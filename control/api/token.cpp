#include "control/api/token.h"

#include <cerrno>
#include <fstream>
#include <string>

#include "config/base/secret.h"

namespace sluice::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

Result<Token> Token::load(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    return fail(system_error("control.token_file: cannot read " + file.string(), errno));
  }
  std::string line;
  std::getline(in, line);
  line.erase(line.find_last_not_of(" \t\r") + 1);
  const Secret token(std::move(line));
  if (token.empty()) {
    return fail("control.token_file: the first line of " + file.string() +
                " is empty; write a token there, for example from `openssl rand -hex 32`");
  }
  return Token(sha256(as_bytes(token.reveal())));
}

bool Token::allows(std::optional<std::string_view> authorization) const {
  if (!authorization || !authorization->starts_with(kScheme)) {
    return false;
  }
  // digests have one length and tell nothing of the token, whatever the time to compare them
  const Sha256Digest given = sha256(as_bytes(authorization->substr(kScheme.size())));
  unsigned differing = 0;
  for (size_t i = 0; i < digest_.size(); ++i) {
    differing |= static_cast<unsigned>(given[i] ^ digest_[i]);
  }
  return differing == 0;
}

}  // namespace sluice::api
