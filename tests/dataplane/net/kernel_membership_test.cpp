#include "dataplane/net/kernel_membership.h"

#include <gtest/gtest.h>

#include <filesystem>
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

std::vector<Group> numbered(unsigned from, unsigned to) {
  std::vector<Group> groups;
  for (unsigned i = from; i <= to; ++i) {
    groups.push_back({group_number(i, false), {}});
    groups.push_back({group_number(i, true), {}});
  }
  return groups;
}

size_t open_files() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

TEST(KernelMembership, JoinsMoreGroupsThanOneSocketMayAndLeavesThem) {
  const std::vector<Group> groups = numbered(1, 64);
  {
    KernelMembership membership("lo");
    const auto joined = membership.want(groups);
    ASSERT_TRUE(joined) << joined.error().message;
    for (const Group& group : groups) {
      EXPECT_TRUE(kernel_has(group.address)) << group.address.str();
    }
  }
  for (const Group& group : groups) {
    EXPECT_FALSE(kernel_has(group.address)) << group.address.str();
  }
}

TEST(KernelMembership, JoinsAndLeavesTheDifferenceAlone) {
  KernelMembership membership("lo");
  ASSERT_TRUE(membership.want(numbered(1, 50)));
  ASSERT_TRUE(membership.want(numbered(26, 75)));
  ASSERT_TRUE(membership.want(numbered(26, 75))) << "the same once more";
  for (unsigned i = 1; i <= 75; ++i) {
    for (const bool v6 : {false, true}) {
      EXPECT_EQ(kernel_has(group_number(i, v6)), i > 25) << i;
    }
  }
}

TEST(KernelMembership, ReusesItsSocketsWhileGroupsComeAndGo) {
  KernelMembership membership("lo");
  ASSERT_TRUE(membership.want(numbered(1, 40)));
  const size_t before = open_files();
  for (unsigned round = 0; round < 50; ++round) {
    ASSERT_TRUE(membership.want(numbered(1 + round, 40 + round)));
  }
  EXPECT_LE(open_files(), before + 2);
  ASSERT_TRUE(membership.want({}));
  EXPECT_FALSE(kernel_has(group_number(60, false)));
}

TEST(KernelMembership, JoinsAGroupFromManySourcesAndFromAnywhere) {
  const auto group = *IpAddress::parse("232.98.77.1");
  std::vector<Group> groups = {{group, {}}, {group, {}}};
  for (int i = 1; i <= 30; ++i) {
    groups.push_back({group, *IpAddress::parse("10.98.0." + std::to_string(i))});
  }
  KernelMembership membership("lo");
  const auto joined = membership.want(groups);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_TRUE(kernel_has(group));
}

TEST(KernelMembership, JoinsEverythingAnewWhenAskedTo) {
  KernelMembership membership("lo");
  ASSERT_TRUE(membership.want(numbered(1, 30)));
  ASSERT_TRUE(membership.rejoin());
  EXPECT_TRUE(kernel_has(group_number(30, true)));
  ASSERT_TRUE(membership.want({}));
  EXPECT_FALSE(kernel_has(group_number(30, true)));
}

TEST(KernelMembership, PassesOverUnicastAddressesAndTaggedGroups) {
  KernelMembership membership("lo");
  EXPECT_TRUE(membership.want(
      {{*IpAddress::parse("127.0.0.1"), {}}, {.address = group_number(1, false), .vlan = 5}}));
  EXPECT_FALSE(kernel_has(group_number(1, false)));
}

TEST(KernelMembership, JoinsTheOthersWhenOneFails) {
  KernelMembership membership("lo");
  const auto joined = membership.want(
      {{group_number(1, false), *IpAddress::parse("2001:db8::1")}, {group_number(2, false), {}}});
  ASSERT_FALSE(joined);
  EXPECT_NE(joined.error().message.find(group_number(1, false).str()), std::string::npos);
  EXPECT_TRUE(kernel_has(group_number(2, false)));
}

TEST(KernelMembership, NamesTheInterfaceThatIsNotThere) {
  const auto joined = KernelMembership("nosuch0").want({});
  ASSERT_FALSE(joined);
  EXPECT_NE(joined.error().message.find("nosuch0"), std::string::npos);
}

}  // namespace
}  // namespace sluice::net
