#include "dataplane/net/membership.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace sluice::net {
namespace {

/// Whether the kernel has joined the group on the loopback interface, by its own table.
bool kernel_has(const IpAddress& group) {
  const auto& bytes = group.bytes();
  char text[33] = {};
  if (group.is_v4()) {
    // /proc/net/igmp shows addresses as words of the machine's byte order.
    std::snprintf(text, sizeof text, "%02X%02X%02X%02X", bytes[15], bytes[14], bytes[13],
                  bytes[12]);
  } else {
    for (size_t i = 0; i < bytes.size(); ++i) {
      std::snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
  }
  std::ifstream table(group.is_v4() ? "/proc/net/igmp" : "/proc/net/igmp6");
  std::stringstream all;
  all << table.rdbuf();
  return all.str().find(text) != std::string::npos;
}

IpAddress group_number(unsigned i, bool v6) {
  return *IpAddress::parse((v6 ? "ff15::98:" : "239.98.77.") + std::to_string(i));
}

TEST(Memberships, JoinMoreGroupsThanOneSocketMayAndLeaveThem) {
  std::vector<Group> groups;
  for (unsigned i = 1; i <= 64; ++i) {
    groups.push_back({group_number(i, false), {}});
    groups.push_back({group_number(i, true), {}});
  }
  {
    const auto joined = Memberships::join("lo", groups);
    ASSERT_TRUE(joined) << joined.error().message;
    for (const Group& group : groups) {
      EXPECT_TRUE(kernel_has(group.address)) << group.address.str();
    }
  }
  for (const Group& group : groups) {
    EXPECT_FALSE(kernel_has(group.address)) << group.address.str();
  }
}

TEST(Memberships, JoinAGroupFromManySourcesAndFromAnywhere) {
  const auto group = *IpAddress::parse("232.98.77.1");
  std::vector<Group> groups = {{group, {}}, {group, {}}};
  for (int i = 1; i <= 30; ++i) {
    groups.push_back({group, *IpAddress::parse("10.98.0." + std::to_string(i))});
  }
  const auto joined = Memberships::join("lo", groups);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_TRUE(kernel_has(group));
}

TEST(Memberships, PassOverUnicastAddresses) {
  EXPECT_TRUE(Memberships::join("lo", {{*IpAddress::parse("127.0.0.1"), {}}}));
}

TEST(Memberships, NameTheInterfaceThatIsNotThere) {
  const auto joined = Memberships::join("nosuch0", {});
  ASSERT_FALSE(joined);
  EXPECT_NE(joined.error().message.find("nosuch0"), std::string::npos);
}

}  // namespace
}  // namespace sluice::net
