#include "dataplane/source/xstats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::source {
namespace {

using testing::ElementsAre;

const std::vector<std::string> kNames{
    "rx_good_packets",     // 0
    "tx_good_packets",     // 1
    "rx_missed_errors",    // 2
    "rx_q0_packets",       // 3
    "tx_errors",           // 4
    "rx_crc_errors",       // 5
    "rx_priority0_drops",  // 6
    "rx_broadcast",        // 7
};

TEST(ChooseXstats, TakesAllInTheDriversOrderWhereThereIsRoom) {
  EXPECT_THAT(choose_xstats(kNames, 64), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(ChooseXstats, TakesLossAndDamageFirst) {
  EXPECT_THAT(choose_xstats(kNames, 2), ElementsAre(2, 5));
}

TEST(ChooseXstats, TakesTotalsBeforeSingleQueuesAndWhatIsSentLast) {
  EXPECT_THAT(choose_xstats(kNames, 4), ElementsAre(0, 2, 5, 7));
  EXPECT_THAT(choose_xstats(kNames, 6), ElementsAre(0, 2, 3, 5, 6, 7));
}

}  // namespace
}  // namespace sluice::source
