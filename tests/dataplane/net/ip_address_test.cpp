#include "dataplane/net/ip_address.h"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

TEST(IpAddress, ReadsBothFamiliesAndWritesThemBack) {
  for (const char* text : {"239.1.1.1", "0.0.0.1", "255.255.255.255", "ff3e::8000:1", "::1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->str(), text);
  }
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "239.1.1", "239.1.1.256", "[::1]", "eth0", "fe80::1%eth0"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, KnowsMulticastOfBothFamilies) {
  for (const char* text : {"224.0.0.1", "239.255.255.255", "ff02::1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_multicast()) << text;
  }
  for (const char* text : {"223.255.255.255", "240.0.0.0", "fe80::1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_multicast()) << text;
  }
}

}  // namespace
}  // namespace sluice::net
