#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "control/api/gzip.h"
#include "control/api/http_date.h"
#include "control/api/listen_address.h"

namespace sluice::api {
namespace {

TEST(HttpDate, IsThatOfTheStandardsExample) {
  // RFC 9110, 5.6.7; 784111777 is `date -u -d '1994-11-06 08:49:37' +%s`
  constexpr Utc kExample{std::chrono::seconds(784'111'777)};
  EXPECT_EQ(http_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(kExample + std::chrono::milliseconds(999)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
  for (const char* text : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx",
                           "Mon, 06 Nov 1994 08:49:37 GMT", "Fri, 06 Nov 9994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(Gzip, IsWhatZlibReadsBack) {
  for (const std::string& text : {std::string(), std::string("x"), std::string(200'000, 'y')}) {
    const std::string packed = gzip(text);
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string out(text.size() + 1, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(out.substr(0, stream.total_out), text);
    inflateEnd(&stream);
  }
}

TEST(Gzip, GoesToThoseWhoAcceptIt) {
  for (const char* field : {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "deflate ,gzip"}) {
    EXPECT_TRUE(accepts_gzip(field)) << field;
  }
  for (const char* field : {"", "br", "gzip;q=0", "gzip; q=0.000", "identity", "xgzip"}) {
    EXPECT_FALSE(accepts_gzip(field)) << field;
  }
  EXPECT_FALSE(accepts_gzip(std::nullopt));
}

TEST(ListenOn, TakesBothFamiliesAndFindsAFreePort) {
  for (const char* address : {"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"}) {
    const auto listener = listen_on(address);
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_NE(listener->port, 0) << address;
  }
}

TEST(ListenOn, NamesWhatIsNoAddress) {
  for (const char* address : {"", "127.0.0.1", ":3001", "localhost:3001", "127.0.0.1:", "::1:3001",
                              "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:-1", "[::1:3001"}) {
    const auto listener = listen_on(address);
    ASSERT_FALSE(listener) << address;
    EXPECT_THAT(listener.error().message,
                testing::HasSubstr("\"" + std::string(address) + "\" is no address and port"));
  }
}

TEST(ListenOn, NamesAnAddressThatIsNotOurs) {
  const auto listener = listen_on("192.0.2.1:3001");  // TEST-NET-1
  ASSERT_FALSE(listener);
  EXPECT_THAT(listener.error().message,
              testing::HasSubstr("cannot listen on 192.0.2.1:3001: Cannot assign"));
}

}  // namespace
}  // namespace sluice::api
