#include "config/not_acted_upon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"

namespace sluice::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> notes_on(const std::string& more) {
  const auto appliance =
      load_text(more +
                    "streams: [{name: news, source: \"udp://239.1.1.1:5000\"}]\n"
                    "storage: {endpoint: \"file:///srv\"}\n",
                "f", [](const std::string&) { return Result<std::string>("eth7"); });
  EXPECT_TRUE(appliance) << to_string(appliance.error());
  return not_acted_upon(*appliance);
}

TEST(NotActedUpon, NothingIsNotedWhereTheDefaultsStand) {
  EXPECT_THAT(notes_on(""), IsEmpty());
}

TEST(NotActedUpon, EachKeyThatPromisesMoreThanIsDoneIsNoted) {
  EXPECT_THAT(notes_on("spool: {max: 1GiB}\n"), ElementsAre(StartsWith("spool: ")));
  EXPECT_THAT(notes_on("defaults: {retention: 7d}\n"), ElementsAre(StartsWith("retention: ")));
}

}  // namespace
}  // namespace sluice::config
