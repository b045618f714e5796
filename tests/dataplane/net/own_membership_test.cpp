#include "dataplane/net/own_membership.h"

#include <gtest/gtest.h>

#include "tests/dataplane/net/membership_packets.h"

namespace sluice::net {
namespace {

using namespace std::chrono_literals;
using Frame = MembershipProtocol::Frame;

/// A port that remembers what was sent and admitted.
class FakeOutlet final : public FrameOutlet {
 public:
  struct Log {
    std::vector<Frame> sent;
    std::set<MacAddress> admitted;
    Station station{.mac = {2, 0, 0, 0, 0, 1}};
    int reopened = 0;
  };
  explicit FakeOutlet(Log& log) : log_(log) {}
  Station station() override { return log_.station; }
  void send(Bytes frame) override { log_.sent.emplace_back(frame.begin(), frame.end()); }
  Status admit(const std::set<MacAddress>& groups) override {
    log_.admitted = groups;
    return {};
  }
  Status reopen() override {
    ++log_.reopened;
    return {};
  }

 private:
  Log& log_;
};

class OwnMembershipTest : public testing::Test {
 protected:
  /// Frames since the last call, after a time.
  std::vector<Frame> pass(std::chrono::milliseconds time) {
    for (const auto end = now_ + time; now_ < end; now_ += 5ms) {
      membership_->tick(now_);
    }
    return std::exchange(log_.sent, {});
  }

  static test::Buffer query(uint16_t vlan, const test::IgmpQuery& query = {.code = 10}) {
    test::Buffer frame(64);
    size_t at = 12;
    if (vlan != 0) {
      frame[at] = 0x81;
      frame[at + 3] = static_cast<uint8_t>(vlan);
      at += 4;
    }
    frame[at] = 0x08;
    const test::Buffer packet = query.packet();
    std::copy(packet.begin(), packet.end(), frame.begin() + static_cast<std::ptrdiff_t>(at) + 2);
    return frame;
  }

  Membership::Monotonic now_{1h};
  FakeOutlet::Log log_;
  std::unique_ptr<OwnMembership> membership_ =
      std::make_unique<OwnMembership>(std::make_unique<FakeOutlet>(log_), 7);
  const IpAddress group_ = *IpAddress::parse("239.1.1.1");
  const IpAddress group6_ = *IpAddress::parse("ff3e::1");
};

uint16_t vlan_of(const Frame& frame) {
  return frame[12] == 0x81 ? static_cast<uint16_t>(frame[14] << 8 | frame[15]) : 0;
}

TEST_F(OwnMembershipTest, SpeaksBothFamiliesInEachVlan) {
  ASSERT_TRUE(membership_->want({{group_, {}}, {group_, {}, 5}, {group6_, {}, 5}}));
  std::set<std::pair<uint16_t, uint8_t>> seen;  // VLAN and first byte of the IP packet
  for (const Frame& frame : pass(5ms)) {
    seen.insert({vlan_of(frame), frame[vlan_of(frame) != 0 ? 18 : 14]});
  }
  EXPECT_EQ(seen, (std::set<std::pair<uint16_t, uint8_t>>{{0, 0x46}, {5, 0x46}, {5, 0x60}}));
}

TEST_F(OwnMembershipTest, HasThePortLetInItsGroupsAndTheQueries) {
  ASSERT_TRUE(membership_->want({{group_, {}}, {*IpAddress::parse("10.0.0.1"), {}}}));
  EXPECT_EQ(log_.admitted, (std::set<MacAddress>{{1, 0, 0x5e, 1, 1, 1}, {1, 0, 0x5e, 0, 0, 1}}));
  ASSERT_TRUE(membership_->want({{group6_, {}}}));
  EXPECT_EQ(log_.admitted, (std::set<MacAddress>{{0x33, 0x33, 0, 0, 0, 1}}));
}

TEST_F(OwnMembershipTest, AnswersInTheVlanThatTheQueryCameIn) {
  ASSERT_TRUE(membership_->want({{group_, {}}, {group_, {}, 5}}));
  pass(2s);
  membership_->hear(query(5), 0, now_);
  auto answers = pass(1100ms);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(vlan_of(answers[0]), 5);
  membership_->hear(query(0), 5, now_);
  answers = pass(1100ms);
  ASSERT_EQ(answers.size(), 1U) << "its tag was stripped";
  EXPECT_EQ(vlan_of(answers[0]), 5);
  membership_->hear(query(0), 0, now_);
  answers = pass(1100ms);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(vlan_of(answers[0]), 0);
  membership_->hear(query(6), 0, now_);
  EXPECT_TRUE(pass(2s).empty());
}

TEST_F(OwnMembershipTest, PacesWhatItSends) {
  std::vector<Group> groups;
  for (uint8_t i = 1; i <= 200; ++i) {
    const uint8_t bytes[4] = {239, 1, 2, i};
    groups.push_back({IpAddress::v4(bytes), {}});
  }
  ASSERT_TRUE(membership_->want({groups[0]}));
  pass(2s);
  membership_->hear(query(0, {.version = 2, .code = 1}), 0, now_);
  pass(2s);
  ASSERT_TRUE(membership_->want(groups));
  EXPECT_EQ(pass(5ms).size(), 32U);
  EXPECT_EQ(pass(5ms).size(), 32U);
  EXPECT_GE(pass(30ms).size(), 199U - 64);
}

TEST_F(OwnMembershipTest, LeavesWhenItEnds) {
  ASSERT_TRUE(membership_->want({{group_, {}}}));
  pass(2s);
  membership_.reset();
  ASSERT_EQ(log_.sent.size(), 2U);
  EXPECT_EQ(log_.sent[0][46], 3) << "CHANGE_TO_INCLUDE_MODE of nothing";
  EXPECT_EQ(log_.sent[0], log_.sent[1]);
}

TEST_F(OwnMembershipTest, TellsEverythingAnewWithItsNewAddress) {
  ASSERT_TRUE(membership_->want({{group_, {}}}));
  pass(2s);
  log_.station.mac[5] = 2;
  ASSERT_TRUE(membership_->rejoin());
  EXPECT_EQ(log_.reopened, 1);
  const auto sent = pass(5ms);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0][11], 2);
}

}  // namespace
}  // namespace sluice::net
