#include "dataplane/net/membership_host.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dataplane/net/igmp.h"
#include "dataplane/net/mld.h"
#include "tests/dataplane/net/membership_packets.h"

namespace sluice::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Frame = MembershipHost::Frame;
using Said = std::vector<std::string>;

/// What a report says, read from the standards' figures: "TO_EX G1", "ALLOW G2 S1 S3", "V2 G1".
std::string address_in(const Frame& frame, size_t at, bool v4) {
  const size_t last = at + (v4 ? 3 : 15);
  return std::to_string(frame[last]);
}

Said read(const Frame& frame) {
  const bool v4 = frame[12] == 0x08;
  const size_t at = v4 ? 38 : 62;  // behind the router alert option
  const size_t size = v4 ? 4 : 16;
  switch (frame[at]) {
    case 0x12:
      return {"V1 G" + address_in(frame, at + 4, v4)};
    case 0x16:
      return {"V2 G" + address_in(frame, at + 4, v4)};
    case 131:
      return {"V2 G" + address_in(frame, at + 8, v4)};
    case 0x17:
      return {"LEAVE G" + address_in(frame, at + 4, v4)};
    case 132:
      return {"LEAVE G" + address_in(frame, at + 8, v4)};
    default:
      break;
  }
  static const char* const kTypes[] = {"?", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"};
  Said said;
  size_t record = at + 8;
  for (size_t left = frame[at + 6] * 256U + frame[at + 7]; left > 0; --left) {
    const size_t sources = frame[record + 2] * 256U + frame[record + 3];
    std::string line = kTypes[frame[record]] + std::string(" G");
    line += address_in(frame, record + 4, v4);
    for (size_t i = 0; i < sources; ++i) {
      line += " S" + address_in(frame, record + 4 + size + i * size, v4);
    }
    said.push_back(line);
    record += 4 + size + sources * size;
  }
  return said;
}

struct Ask {
  bool older = false;
  bool oldest = false;
  std::string group;                 // "": a general query
  std::vector<std::string> sources;  // by number
  milliseconds within = 10s;
  uint8_t qrv = 2;
};

/// A host on a link, IPv4 or IPv6, and a clock that goes on when it is told to.
class HostTest : public testing::TestWithParam<bool> {
 protected:
  bool v4() const { return GetParam(); }
  std::string group(const std::string& number) const {
    return (v4() ? "232.1.1." : "ff3e::") + hex(number);
  }
  std::string source(const std::string& number) const {
    return (v4() ? "10.0.0." : "2001:db8::") + hex(number);
  }
  std::string hex(const std::string& number) const {
    char text[16];
    std::snprintf(text, sizeof text, v4() ? "%d" : "%x", std::stoi(number));
    return text;
  }
  Group any(int number) const { return {*IpAddress::parse(group(std::to_string(number))), {}}; }
  Group from(int number, int of) const {
    return {any(number).address, *IpAddress::parse(source(std::to_string(of)))};
  }

  std::unique_ptr<MembershipProtocol> protocol() const {
    if (v4()) {
      return std::make_unique<Igmp>(Station{}, 0);
    }
    return std::make_unique<Mld>(Station{}, 0);
  }

  void want(const std::vector<Group>& groups) { host_.want(groups); }

  void ask(const Ask& ask) {
    std::vector<std::string> sources;
    for (const auto& number : ask.sources) {
      sources.push_back(source(number));
    }
    if (v4()) {
      test::IgmpQuery query{.version = ask.oldest ? 1 : ask.older ? 2 : 3, .sources = sources};
      query.group = ask.group.empty() ? "0.0.0.0" : group(ask.group);
      query.code = static_cast<uint8_t>(ask.within / 100ms);
      query.qrv = ask.qrv;
      host_.hear(query.packet(), now_);
    } else {
      test::MldQuery query{.version = ask.older ? 1 : 2, .sources = sources};
      query.group = ask.group.empty() ? "::" : group(ask.group);
      query.code = static_cast<uint16_t>(ask.within.count());
      query.qrv = ask.qrv;
      host_.hear(query.packet(), now_);
    }
  }

  /// Lets time pass in ticks of 5 ms. @return what was said meanwhile
  Said pass(milliseconds time) {
    const size_t before = said_.size();
    const auto end = now_ + time;
    host_.tick(now_);
    while (now_ < end) {
      now_ += 5ms;
      host_.tick(now_);
    }
    Said said(said_.begin() + static_cast<std::ptrdiff_t>(before), said_.end());
    std::sort(said.begin(), said.end());
    return said;
  }

  MembershipHost::Monotonic now_{1h};
  Said said_;
  size_t frames_ = 0;
  MembershipHost host_{protocol(), 7, [this](const Frame& frame) {
                         ++frames_;
                         for (const std::string& line : read(frame)) {
                           said_.push_back(line);
                         }
                       }};
};

class MembershipHostTest : public HostTest {};
INSTANTIATE_TEST_SUITE_P(Of, MembershipHostTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "IGMP" : "MLD"; });

TEST_P(MembershipHostTest, TellsOfAJoinAtOnceAndOnceMoreWithinASecond) {
  want({any(1)});
  EXPECT_EQ(pass(0ms), Said{"TO_EX G1"});
  EXPECT_EQ(pass(1005ms), Said{"TO_EX G1"});
  EXPECT_EQ(pass(60s), Said{});
}

TEST_P(MembershipHostTest, SaysNothingOfWhatIsUnchanged) {
  want({any(1), from(2, 1)});
  pass(2s);
  want({from(2, 1), any(1), any(1)});
  EXPECT_EQ(pass(60s), Said{});
}

TEST_P(MembershipHostTest, TakesRobustnessFromTheQuerier) {
  ask({.within = 100ms, .qrv = 4});
  pass(1s);
  want({any(1)});
  EXPECT_EQ(pass(5s), Said(4, "TO_EX G1"));
}

TEST_P(MembershipHostTest, AllowsAndBlocksSources) {
  want({from(1, 1), from(1, 2)});
  EXPECT_EQ(pass(2s), Said(2, "ALLOW G1 S1 S2"));
  want({from(1, 2), from(1, 3)});
  EXPECT_EQ(pass(2s), (Said{"ALLOW G1 S3", "ALLOW G1 S3", "BLOCK G1 S1", "BLOCK G1 S1"}));
  want({});
  EXPECT_EQ(pass(2s), Said(2, "BLOCK G1 S2 S3"));
}

TEST_P(MembershipHostTest, JoinsAChangeToThoseThatAreStillBeingTold) {
  want({from(1, 1)});
  EXPECT_EQ(pass(0ms), Said{"ALLOW G1 S1"});
  want({from(1, 1), from(1, 2)});
  EXPECT_EQ(pass(0ms), Said{"ALLOW G1 S1 S2"});
  EXPECT_EQ(pass(2s), Said{"ALLOW G1 S2"});
}

TEST_P(MembershipHostTest, BlocksASourceThatWasAllowedAMomentAgo) {
  want({from(1, 1), from(1, 2)});
  pass(0ms);
  want({from(1, 2)});
  EXPECT_EQ(pass(0ms), (Said{"ALLOW G1 S2", "BLOCK G1 S1"}));
}

TEST_P(MembershipHostTest, JoinsFromAnywhereWhatIsWantedFromAnywhereAndFromSources) {
  want({any(1), from(1, 1)});
  EXPECT_EQ(pass(2s), Said(2, "TO_EX G1"));
  want({from(1, 1)});
  EXPECT_EQ(pass(2s), Said(2, "TO_IN G1 S1"));
  want({from(1, 1), any(1)});
  EXPECT_EQ(pass(2s), Said(2, "TO_EX G1"));
}

TEST_P(MembershipHostTest, TellsOfALeaveTwice) {
  want({any(1), any(2)});
  pass(2s);
  want({any(2)});
  EXPECT_EQ(pass(0ms), Said{"TO_IN G1"});
  EXPECT_EQ(pass(2s), Said{"TO_IN G1"});
}

TEST_P(MembershipHostTest, KeepsGroupsThatChangedTogetherInOnePacket) {
  std::vector<Group> groups;
  for (int i = 1; i <= 60; ++i) {
    groups.push_back(any(i));
  }
  want(groups);
  EXPECT_EQ(pass(2s).size(), 120U);
  EXPECT_EQ(frames_, 2U);
}

TEST_P(MembershipHostTest, AnswersAGeneralQueryOnceWithinTheTimeGiven) {
  want({any(1), from(2, 1), any(3)});
  pass(2s);
  want({any(1), from(2, 1)});
  pass(2s);
  ask({.within = 3s});
  EXPECT_EQ(pass(3005ms), (Said{"IS_EX G1", "IS_IN G2 S1"}));
  EXPECT_EQ(pass(30s), Said{});
}

TEST_P(MembershipHostTest, ChoosesItsDelayAtRandom) {
  want({any(1)});
  pass(2s);
  int early = 0;
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    ask({.within = 1s});
    early += pass(500ms).empty() ? 0 : 1;
    pass(505ms);
  }
  EXPECT_GT(early, kRounds / 3);
  EXPECT_LT(early, kRounds * 2 / 3);
}

TEST_P(MembershipHostTest, AnswersAQueryForAGroup) {
  want({any(1), from(2, 1)});
  pass(2s);
  ask({.group = "2", .within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"IS_IN G2 S1"});
  ask({.group = "1", .within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"IS_EX G1"});
  ask({.group = "9", .within = 1s});
  EXPECT_EQ(pass(5s), Said{});
}

TEST_P(MembershipHostTest, AnswersAQueryForSourcesWithThoseItWants) {
  want({any(1), from(2, 1), from(2, 2)});
  pass(2s);
  ask({.group = "2", .sources = {"2", "3"}, .within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"IS_IN G2 S2"});
  ask({.group = "1", .sources = {"2", "3"}, .within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"IS_IN G1 S2 S3"}) << "from anywhere is from these, too";
  ask({.group = "2", .sources = {"3"}, .within = 1s});
  EXPECT_EQ(pass(5s), Said{});
}

TEST_P(MembershipHostTest, AnswersSeveralQueriesForSourcesAtOnce) {
  want({from(2, 1), from(2, 2), from(2, 3)});
  pass(2s);
  ask({.group = "2", .sources = {"1"}, .within = 5s});
  ask({.group = "2", .sources = {"3"}, .within = 5s});
  EXPECT_EQ(pass(5005ms), Said{"IS_IN G2 S1 S3"});
  ask({.group = "2", .sources = {"1"}, .within = 5s});
  ask({.group = "2", .within = 5s});
  EXPECT_EQ(pass(5005ms), Said{"IS_IN G2 S1 S2 S3"}) << "the whole group was asked for";
}

TEST_P(MembershipHostTest, LetsAnEarlierAnswerToAllServeForAGroup) {
  want({any(1)});
  pass(2s);
  ask({.within = 100ms});
  ask({.group = "1", .within = 20s});
  EXPECT_EQ(pass(21s), Said{"IS_EX G1"});
}

TEST_P(MembershipHostTest, SpeaksTheOlderVersionWhileItsQuerierIsPresent) {
  want({any(1), from(2, 1)});
  pass(2s);
  ask({.older = true, .within = 1s});
  EXPECT_EQ(pass(1005ms), (Said{"V2 G1", "V2 G2"}));
  want({any(1), any(3)});
  EXPECT_EQ(pass(0ms), (Said{"LEAVE G2", "V2 G3"}));
  EXPECT_EQ(pass(10005ms), (Said{"LEAVE G2", "V2 G3"}));
  ask({.older = true, .group = "3", .within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"V2 G3"});
  // Twice the default query interval of 125 s and its response time later it is gone.
  pass(2 * 125s + 1s);
  ask({.within = 1s});
  EXPECT_EQ(pass(1005ms), (Said{"IS_EX G1", "IS_EX G3"}));
}

TEST_P(MembershipHostTest, KeepsTheOlderVersionBesideANewerQuerier) {
  want({any(1)});
  pass(2s);
  ask({.older = true, .within = 1s});
  pass(2s);
  ask({.within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"V2 G1"});
  ask({.group = "1", .sources = {"1"}, .within = 1s});
  EXPECT_EQ(pass(1005ms), Said{"V2 G1"});
}

TEST_P(MembershipHostTest, SpreadsOlderReportsOverTheTimeGiven) {
  std::vector<Group> groups;
  for (int i = 1; i <= 100; ++i) {
    groups.push_back(any(i));
  }
  want(groups);
  pass(2s);
  ask({.older = true, .within = 1s});
  const size_t early = pass(500ms).size();
  EXPECT_GT(early, 25U);
  EXPECT_LT(early, 75U);
  EXPECT_EQ(pass(505ms).size(), 100 - early);
}

class IgmpHostTest : public HostTest {};  // MLD has no third version
INSTANTIATE_TEST_SUITE_P(Of, IgmpHostTest, testing::Values(true));

TEST_P(IgmpHostTest, SpeaksVersion1AndCannotLeaveThere) {
  want({any(1)});
  pass(2s);
  ask({.oldest = true});
  EXPECT_EQ(pass(10005ms), Said{"V1 G1"});
  want({});
  EXPECT_EQ(pass(20s), Said{});
}

TEST_P(MembershipHostTest, TellsOfAChangeBeforeItChangesVersion) {
  want({any(1), any(2)});
  pass(2s);
  want({any(1)});
  ask({.older = true, .within = 1s});
  EXPECT_EQ(said_.back(), "TO_IN G2");
}

TEST_P(MembershipHostTest, LeavesEverythingTwiceAtTheEnd) {
  want({any(1), from(2, 1)});
  pass(2s);
  said_.clear();
  host_.finish();
  EXPECT_EQ(said_, (Said{"TO_IN G1", "BLOCK G2 S1", "TO_IN G1", "BLOCK G2 S1"}));
}

TEST_P(MembershipHostTest, TellsEverythingAnewOnAnotherLink) {
  want({any(1), from(2, 1)});
  ask({.older = true, .within = 1s});
  pass(20s);
  host_.start_over(protocol());
  EXPECT_EQ(pass(0ms), (Said{"ALLOW G2 S1", "TO_EX G1"}));
}

TEST_P(MembershipHostTest, HearsOnlyQueries) {
  want({any(1)});
  pass(2s);
  for (size_t length = 0; length < 64; ++length) {
    host_.hear(test::Buffer(length, 0x45), now_);
  }
  EXPECT_EQ(pass(20s), Said{});
}

}  // namespace
}  // namespace sluice::net
