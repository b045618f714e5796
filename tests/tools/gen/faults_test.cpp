#include "tools/gen/faults.h"

#include <gtest/gtest.h>

#include <map>

namespace sluice::gen {
namespace {

constexpr size_t kPayload = 1316;

TEST(FaultDice, DrawsNothingWhereNothingIsAskedFor) {
  FaultDice dice({}, 1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(Fault::Kind::kNone, dice.roll(kPayload).kind);
  }
}

TEST(FaultDice, DrawsEachFaultAsOftenAsAsked) {
  FaultDice dice({.drop = 10'000, .duplicate = 20'000, .reorder = 30'000, .corrupt = 40'000}, 7);
  std::map<Fault::Kind, int> counts;
  constexpr int kRolls = 200'000;
  for (int i = 0; i < kRolls; ++i) {
    const Fault fault = dice.roll(kPayload);
    ++counts[fault.kind];
    if (fault.kind == Fault::Kind::kCorrupt) {
      EXPECT_LT(fault.offset, kPayload);
      EXPECT_NE(0, fault.flipped);
    }
  }
  EXPECT_NEAR(kRolls * 0.01, counts[Fault::Kind::kDrop], 250);
  EXPECT_NEAR(kRolls * 0.02, counts[Fault::Kind::kDuplicate], 350);
  EXPECT_NEAR(kRolls * 0.03, counts[Fault::Kind::kReorder], 400);
  EXPECT_NEAR(kRolls * 0.04, counts[Fault::Kind::kCorrupt], 450);
}

TEST(FaultDice, DrawsTheSameFromTheSameSeed) {
  const FaultRates rates{.drop = 100'000, .reorder = 100'000};
  FaultDice one(rates, 5);
  FaultDice same(rates, 5);
  FaultDice other(rates, 6);
  int differences = 0;
  for (int i = 0; i < 1000; ++i) {
    const Fault fault = one.roll(kPayload);
    EXPECT_EQ(fault.kind, same.roll(kPayload).kind);
    differences += fault.kind != other.roll(kPayload).kind ? 1 : 0;
  }
  EXPECT_GT(differences, 50);
}

}  // namespace
}  // namespace sluice::gen
