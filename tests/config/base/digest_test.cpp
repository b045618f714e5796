#include "config/base/digest.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

// FIPS 180-4 and RFC 4231, RFC 1321, RFC 4648 examples
TEST(Digest, AgreesWithPublishedVectors) {
  EXPECT_EQ(hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(md5(as_bytes("message digest"))), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(base64(as_bytes("fooba")), "Zm9vYmE=");
}

TEST(Digest, PiecesGiveTheSameAsTheWhole) {
  Sha256 hash;
  hash.update(as_bytes("a"));
  hash.update(as_bytes(""));
  hash.update(as_bytes("bc"));
  EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
  hash.update(as_bytes("abc"));
  EXPECT_EQ(hash.finish(), sha256(as_bytes("abc"))) << "a finished hash starts afresh";
}

}  // namespace
}  // namespace sluice
