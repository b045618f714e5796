#include "config/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "config/base/error.h"

namespace sluice {
namespace {

void check(int ok) {
  if (ok != 1) {
    panic("OpenSSL refused a digest operation");
  }
}

EVP_MD_CTX* context(void* p) {
  return static_cast<EVP_MD_CTX*>(p);
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(EVP_DigestInit_ex(context(context_), EVP_sha256(), nullptr));
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context(context_));
}

void Sha256::update(Bytes bytes) {
  check(EVP_DigestUpdate(context(context_), bytes.data(), bytes.size()));
}

Sha256Digest Sha256::finish() {
  Sha256Digest out;
  check(EVP_DigestFinal_ex(context(context_), out.data(), nullptr));
  check(EVP_DigestInit_ex(context(context_), EVP_sha256(), nullptr));
  return out;
}

Sha256Digest sha256(Bytes bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Sha256Digest hmac_sha256(Bytes key, Bytes message) {
  Sha256Digest out;
  unsigned length = out.size();
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(),
           out.data(), &length) == nullptr) {
    panic("OpenSSL refused an HMAC");
  }
  return out;
}

Md5Digest md5(Bytes bytes) {
  Md5Digest out;
  check(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_md5(), nullptr));
  return out;
}

std::string hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::string base64(Bytes bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<uint8_t*>(out.data()), bytes.data(),
                  static_cast<int>(bytes.size()));
  return out;
}

}  // namespace sluice
