#include "dataplane/source/multicast_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::source {
namespace {

using config::AllMulticast;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A NIC that can do what a test says, and remembers what was asked of it.
class FakeNic final : public FilterControls {
 public:
  bool set_list(const std::set<net::MacAddress>& groups) override {
    return note("list of " + std::to_string(groups.size()), groups.size() <= most_addresses);
  }
  bool let_all_multicast_in() override { return note("all multicast", has_all_multicast); }
  bool let_everything_in() override { return note("everything", has_promiscuous); }
  bool add_flow_rule() override { return note("flow rule", has_flow_rules); }

  size_t most_addresses = 0;
  bool has_all_multicast = false;
  bool has_promiscuous = false;
  bool has_flow_rules = false;
  std::vector<std::string> asked;

 private:
  bool note(std::string what, bool done) {
    asked.push_back(std::move(what));
    return done;
  }
};

std::set<net::MacAddress> groups(uint8_t count) {
  std::set<net::MacAddress> all;
  for (uint8_t i = 0; i < count; ++i) {
    all.insert({0x01, 0x00, 0x5e, 1, 1, i});
  }
  return all;
}

TEST(MulticastFilter, IsAListWhereTheNicTakesOneOfThatLength) {
  FakeNic nic;
  nic.most_addresses = 64;
  nic.has_all_multicast = true;
  MulticastFilter filter("a", AllMulticast::kAuto);
  EXPECT_TRUE(filter.admit(nic, groups(10)));
  EXPECT_TRUE(filter.admit(nic, groups(64)));
  EXPECT_THAT(nic.asked, ElementsAre("list of 10", "list of 64"));
}

TEST(MulticastFilter, OpensForAllMulticastOnceTheListIsTooLong) {
  FakeNic nic;
  nic.most_addresses = 64;
  nic.has_all_multicast = true;
  MulticastFilter filter("a", AllMulticast::kAuto);
  EXPECT_TRUE(filter.admit(nic, groups(65)));
  EXPECT_TRUE(filter.admit(nic, groups(66)));
  EXPECT_THAT(nic.asked, ElementsAre("list of 65", "all multicast"));
}

TEST(MulticastFilter, FallsBackFromWayToWay) {
  FakeNic nic;
  nic.has_flow_rules = true;
  EXPECT_TRUE(MulticastFilter("a", AllMulticast::kAuto).admit(nic, groups(1)));
  EXPECT_THAT(nic.asked, ElementsAre("list of 1", "all multicast", "everything", "flow rule"));
  nic.asked.clear();
  nic.has_promiscuous = true;
  EXPECT_TRUE(MulticastFilter("a", AllMulticast::kAuto).admit(nic, groups(1)));
  EXPECT_THAT(nic.asked, ElementsAre("list of 1", "all multicast", "everything"));
}

TEST(MulticastFilter, TakesADeviceOnWhichNothingCanBeSetToHaveNone) {
  FakeNic nic;
  MulticastFilter filter("a", AllMulticast::kAuto);
  EXPECT_TRUE(filter.admit(nic, groups(1)));
  nic.asked.clear();
  EXPECT_TRUE(filter.admit(nic, groups(2)));
  EXPECT_THAT(nic.asked, IsEmpty());
}

TEST(MulticastFilter, IsNoListWhereAllMulticastIsOn) {
  FakeNic nic;
  nic.most_addresses = 64;
  nic.has_all_multicast = true;
  EXPECT_TRUE(MulticastFilter("a", AllMulticast::kOn).admit(nic, groups(1)));
  EXPECT_THAT(nic.asked, ElementsAre("all multicast"));
  nic.has_all_multicast = false;
  const auto refused = MulticastFilter("a", AllMulticast::kOn).admit(nic, groups(1));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("port a: "));
}

TEST(MulticastFilter, IsNothingButAListWhereAllMulticastIsOff) {
  FakeNic nic;
  nic.most_addresses = 1;
  nic.has_all_multicast = true;
  MulticastFilter filter("a", AllMulticast::kOff);
  EXPECT_TRUE(filter.admit(nic, groups(1)));
  const auto refused = filter.admit(nic, groups(2));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("does not take a list of 2"));
  EXPECT_THAT(nic.asked, ElementsAre("list of 1", "list of 2"));
}

TEST(MulticastFilter, IsSetAgainOnAPortThatWasMadeAnew) {
  FakeNic nic;
  nic.has_all_multicast = true;
  MulticastFilter filter("a", AllMulticast::kAuto);
  EXPECT_TRUE(filter.admit(nic, groups(1)));
  nic.asked.clear();
  filter.forget();
  EXPECT_TRUE(filter.admit(nic, groups(1)));
  EXPECT_THAT(nic.asked, ElementsAre("list of 1", "all multicast"));
}

}  // namespace
}  // namespace sluice::source
