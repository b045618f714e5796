#include "dataplane/source/port_keeper.h"

#include <gtest/gtest.h>

#include <map>

namespace sluice::source {
namespace {

using namespace std::chrono_literals;
using arena::PortState;

/// What the test does to a port, and what it has seen.
struct Script {
  std::optional<Interface> interface {
    { .name = "eth7", .index = 3, .mtu = 1500, .up = true, .running = true }
  };
  std::string refusal;  ///< of make()
  bool broken = false;
  unsigned largest_mtu = 1500;  ///< that the port was made for
  int made = 0;
  int unmade = 0;
  int returned = 0;
};

class ScriptedPort final : public LivePort {
 public:
  explicit ScriptedPort(Script& script) : LivePort("a", "eth7", 2), script_(script) {}
  Status make() override {
    if (!script_.refusal.empty()) {
      return fail(script_.refusal);
    }
    ++script_.made;
    script_.broken = false;
    script_.largest_mtu = script_.interface->mtu;
    return {};
  }
  void unmake() override { ++script_.unmade; }
  bool broken() const override { return script_.broken; }
  bool too_small_for(const Interface& interface) const override {
    return interface.mtu > script_.largest_mtu;
  }

 private:
  Script& script_;
};

class PortKeeperTest : public testing::Test {
 protected:
  /// Time goes by; lcores poll meanwhile.
  void pass(std::chrono::milliseconds time) {
    for (const auto end = now_ + time; now_ < end; now_ += 5ms) {
      for (Gate& gate : keeper_.port().gates()) {
        polled_ = gate.pass();
      }
      keeper_.tick(now_);
    }
  }
  PortState state() { return keeper_.port().link().state; }

  Script script_;
  PortKeeper keeper_{std::make_unique<ScriptedPort>(script_), [this] { ++script_.returned; },
                     [this](const std::string&) { return script_.interface; }};
  PortKeeper::Monotonic now_{1h};
  bool polled_ = false;
};

TEST_F(PortKeeperTest, LeavesAPortAloneThatWorks) {
  ASSERT_TRUE(keeper_.begin());
  pass(5s);
  EXPECT_TRUE(polled_);
  EXPECT_EQ(state(), PortState::kUp);
  EXPECT_EQ(script_.made, 1);
  EXPECT_EQ(script_.unmade, 0);
  EXPECT_EQ(script_.returned, 0);
}

TEST_F(PortKeeperTest, TellsThatTheLinkIsDownAndWhenItIsBack) {
  ASSERT_TRUE(keeper_.begin());
  script_.interface->running = false;
  pass(1s);
  EXPECT_EQ(state(), PortState::kDown);
  EXPECT_TRUE(polled_) << "sockets outlive this";
  script_.interface->running = true;
  pass(1s);
  EXPECT_EQ(state(), PortState::kUp);
  EXPECT_EQ(script_.returned, 1) << "the switch may have forgotten our groups";
  EXPECT_EQ(script_.made, 1);
}

TEST_F(PortKeeperTest, MakesAPortAnewWhoseInterfaceWasDeletedAndReturns) {
  ASSERT_TRUE(keeper_.begin());
  const Interface before = *std::exchange(script_.interface, std::nullopt);
  pass(1s);
  EXPECT_EQ(state(), PortState::kGone);
  EXPECT_EQ(script_.unmade, 1);
  EXPECT_FALSE(polled_);
  script_.interface = before;
  script_.interface->index = 4;
  script_.interface->up = script_.interface->running = false;
  pass(1s);
  EXPECT_EQ(state(), PortState::kDown);
  EXPECT_EQ(script_.made, 1) << "some drivers cannot open what is down";
  script_.interface->up = script_.interface->running = true;
  pass(1s);
  EXPECT_EQ(state(), PortState::kUp);
  EXPECT_EQ(script_.made, 2);
  EXPECT_EQ(script_.returned, 1);
  EXPECT_TRUE(polled_);
}

TEST_F(PortKeeperTest, NoticesThatAnInterfaceOfThatNameIsAnother) {
  ASSERT_TRUE(keeper_.begin());
  script_.interface->index = 4;
  pass(1s);
  EXPECT_EQ(script_.unmade, 1);
  EXPECT_EQ(script_.made, 2);
  EXPECT_EQ(script_.returned, 1);
}

TEST_F(PortKeeperTest, UnmakesNothingThatAnLcoreStillPolls) {
  ASSERT_TRUE(keeper_.begin());
  script_.interface.reset();
  for (int i = 0; i < 400; ++i) {
    keeper_.tick(now_ += 5ms);
  }
  EXPECT_EQ(script_.unmade, 0);
  EXPECT_FALSE(keeper_.port().gates()[0].pass());
  keeper_.tick(now_ += 5ms);
  EXPECT_EQ(script_.unmade, 0) << "the other queue's lcore has not answered";
  EXPECT_FALSE(keeper_.port().gates()[1].pass());
  keeper_.tick(now_ += 5ms);
  EXPECT_EQ(script_.unmade, 1);
}

TEST_F(PortKeeperTest, MakesAPortAnewThatIsBrokenOnceTheInterfaceIsUp) {
  ASSERT_TRUE(keeper_.begin());
  script_.broken = true;
  script_.interface->up = script_.interface->running = false;
  pass(1s);
  EXPECT_EQ(script_.unmade, 0);
  script_.interface->up = script_.interface->running = true;
  pass(1s);
  EXPECT_EQ(script_.unmade, 1);
  EXPECT_EQ(script_.made, 2);
}

TEST_F(PortKeeperTest, MakesAPortAnewForLargerFramesOnly) {
  ASSERT_TRUE(keeper_.begin());
  script_.interface->mtu = 9000;
  pass(1s);
  EXPECT_EQ(script_.made, 2);
  EXPECT_EQ(keeper_.port().link().mtu, 9000U);
  script_.interface->mtu = 1500;
  pass(1s);
  EXPECT_EQ(script_.made, 2);
  EXPECT_EQ(keeper_.port().link().mtu, 1500U);
}

TEST_F(PortKeeperTest, TriesOnWhereAPortCannotBeMadeAgain) {
  ASSERT_TRUE(keeper_.begin());
  script_.refusal = "no";
  script_.interface->index = 4;
  pass(3s);
  EXPECT_EQ(script_.made, 1);
  EXPECT_EQ(state(), PortState::kDown) << "nothing can come";
  script_.refusal.clear();
  pass(1100ms);
  EXPECT_EQ(script_.made, 2);
  EXPECT_EQ(state(), PortState::kUp);
}

TEST_F(PortKeeperTest, BeginsWithAnInterfaceThatIsDown) {
  script_.refusal = "it is down";
  script_.interface->up = script_.interface->running = false;
  ASSERT_TRUE(keeper_.begin());
  pass(1s);
  EXPECT_EQ(state(), PortState::kDown);
  script_.refusal.clear();
  script_.interface->up = script_.interface->running = true;
  pass(1s);
  EXPECT_EQ(script_.made, 1);
  EXPECT_TRUE(polled_);
}

TEST_F(PortKeeperTest, FailsWhereAPortCannotBeMadeThoughItsInterfaceIsUp) {
  script_.refusal = "no";
  EXPECT_FALSE(keeper_.begin());
}

}  // namespace
}  // namespace sluice::source
