#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/object/endpoint.h"
#include "storage/object/s3_message.h"
#include "storage/object/uri.h"
#include "storage/object/xml.h"

namespace sluice::object {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Uri, EncodesAllButUnreserved) {
  EXPECT_EQ(uri_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(uri_encode("a b+c%/\xe1\x88\xb4"), "a%20b%2Bc%25%2F%E1%88%B4");
  EXPECT_EQ(uri_encode_path("/a//b/../c d"), "/a//b/../c%20d");
}

TEST(Uri, DecodingUndoesEncodingOfEveryByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    all.push_back(static_cast<char>(c));
  }
  EXPECT_EQ(uri_decode(uri_encode(all)), all);
  EXPECT_EQ(uri_decode("%"), "%");
  EXPECT_EQ(uri_decode("%4"), "%4");
  EXPECT_EQ(uri_decode("%4x%41%4a"), "%4xAJ");
}

TEST(Endpoint, LeavesTheSchemesOwnPortOut) {
  const auto authority = [](std::string_view url) { return parse_endpoint(url)->authority; };
  EXPECT_EQ(authority("https://S3.Example.net/"), "s3.example.net");
  EXPECT_EQ(authority("https://h:443"), "h");
  EXPECT_EQ(authority("http://h:443"), "h:443");
  EXPECT_EQ(authority("http://h:80"), "h");
  EXPECT_EQ(authority("http://[::1]:9000"), "[::1]:9000");
  EXPECT_EQ(authority("http://[::1]"), "[::1]");
  EXPECT_TRUE(parse_endpoint("https://h")->tls);
  EXPECT_EQ(parse_endpoint("http://h:9")->url(), "http://h:9");
}

TEST(Endpoint, RefusesWhatCannotBeOneAndNamesIt) {
  for (const char* url : {"", "h", "ftp://h", "http://", "http://:80", "http://h:", "http://h:x",
                          "http://h/path", "http://user@h", "http://h?q", "http://a b"}) {
    const auto parsed = parse_endpoint(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(url) + "'"));
  }
}

TEST(Xml, FindsElementsOfThatNameAlone) {
  constexpr std::string_view kXml = "<R x='1'><Key>a</Key><KeyCount>2</KeyCount><Key n='1'>b</Key>";
  EXPECT_THAT(xml_elements(kXml, "Key"), ElementsAre("a", "b"));
  EXPECT_EQ(xml_text(kXml, "KeyCount"), "2");
  EXPECT_EQ(xml_text(kXml, "Nothing"), std::nullopt);
  EXPECT_EQ(xml_text("<Error><Message/><Code>X</Code></Error>", "Message"), "");
}

TEST(Xml, ResolvesEntities) {
  EXPECT_EQ(xml_text("<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#9999;&no;&</a>", "a"),
            "<&>\"'AB&#9999;&no;&");
  EXPECT_EQ(xml_text("<a>" + xml_escape("<&>\"'") + "</a>", "a"), "<&>\"'");
}

TEST(Xml, NoCutOfAnAnswerHurts) {
  const std::string xml =
      "<ListBucketResult><Contents><Key>a&#x41;</Key><Size>1</Size></Contents>"
      "<IsTruncated/></ListBucketResult>";
  for (size_t end = 0; end < xml.size(); ++end) {
    const std::string cut = xml.substr(0, end);
    EXPECT_FALSE(parse_listing(cut)) << cut;
    xml_text(cut, "Key");
    xml_text(cut, "IsTruncated");
  }
  EXPECT_EQ(parse_listing(xml)->objects.at(0).key, "aA");
}

TEST(Listing, ReadsUrlEncodedKeysOnlyIfTheServerSaysSo) {
  const std::string contents = "<Contents><Key>a%2Bb+c</Key><Size>5</Size></Contents>";
  EXPECT_EQ(parse_listing("<ListBucketResult>" + contents + "</ListBucketResult>")->objects[0].key,
            "a%2Bb+c");
  EXPECT_EQ(parse_listing("<ListBucketResult><EncodingType>url</EncodingType>" + contents +
                          "</ListBucketResult>")
                ->objects[0]
                .key,
            "a+b c");
}

TEST(Listing, APageCutShortWithoutATokenIsNoListing) {
  EXPECT_EQ(parse_listing("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")
                .error()
                .next,
            Next::kRetry);
  EXPECT_EQ(parse_listing("<ListBucketResult><IsTruncated>true</IsTruncated>"
                          "<NextContinuationToken>t&amp;</NextContinuationToken>"
                          "</ListBucketResult>")
                ->next,
            "t&");
}

TEST(BucketConfiguration, NamesRegionAndOrigins) {
  EXPECT_EQ(location_constraint("us-east-1"), "");
  EXPECT_THAT(location_constraint("eu-west-1"),
              HasSubstr("<LocationConstraint>eu-west-1</LocationConstraint>"));
  const std::string cors = cors_configuration({"https://a.example", "https://b.example?<"});
  EXPECT_THAT(cors, HasSubstr("<AllowedOrigin>https://a.example</AllowedOrigin>"));
  EXPECT_THAT(cors, HasSubstr("<AllowedOrigin>https://b.example?&lt;</AllowedOrigin>"));
  EXPECT_THAT(cors, HasSubstr("<ExposeHeader>Content-Range</ExposeHeader>"));
}

}  // namespace
}  // namespace sluice::object
