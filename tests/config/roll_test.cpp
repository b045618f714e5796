#include "config/roll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "config/load.h"
#include "config/load_streams.h"
#include "config/write.h"
#include "tests/config/sample.h"

namespace sluice::config {
namespace {

using testing::ElementsAre;

class RollFile : public testing::Test {
 protected:
  ~RollFile() override { std::filesystem::remove_all(folder_); }
  static Stream stream(const std::string& text) {
    return std::move(load_stream_alone(text, "test")->front());
  }
  static std::vector<std::string> names(const Roll& roll) {
    std::vector<std::string> out;
    for (const RollEntry& entry : roll.entries) {
      out.push_back(entry.stream.name.str() + (entry.by_command ? "!" : ""));
    }
    return out;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("roll_test." + std::to_string(::getpid()));
  std::filesystem::path file_ = (std::filesystem::create_directories(folder_), roll_path(folder_));
};

TEST_F(RollFile, GivesBackWhatWasWritten) {
  const auto sample = load_text(kSample, "s.yaml");
  ASSERT_TRUE(sample);
  Roll roll{.generation = 7, .entries = {}, .removed = {"gone", "gone/too"}};
  for (const Stream& one : sample->streams) {
    roll.entries.push_back(make_entry(one, one.name.str() == "sport"));
  }
  ASSERT_TRUE(write_roll(file_, roll));
  const auto again = read_roll(file_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->generation, 7U);
  EXPECT_EQ(again->removed, roll.removed);
  ASSERT_EQ(again->entries.size(), sample->streams.size());
  for (size_t i = 0; i < sample->streams.size(); ++i) {
    EXPECT_EQ(to_line(again->entries[i].stream), to_line(sample->streams[i]));
    EXPECT_EQ(again->entries[i].line, roll.entries[i].line);
    EXPECT_EQ(again->entries[i].by_command, i == 1);
  }
}

TEST_F(RollFile, IsNotFoundWhereThereIsNoneAndRefusedWhereItIsNone) {
  EXPECT_EQ(read_roll(file_).error().next, Next::kNotFound);
  std::ofstream(file_) << "generation 3\nnonsense\n";
  const auto read = read_roll(file_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().next, Next::kGiveUp);
  EXPECT_THAT(read.error().message, testing::HasSubstr("nonsense"));
}

TEST_F(RollFile, LetsCommandsGoBeforeTheConfiguration) {
  const Stream a = stream("{name: a, source: 'udp://239.1.1.1:5000'}");
  const Stream b = stream("{name: b, source: 'udp://239.1.1.2:5000'}");
  const Stream other_b = stream("{name: b, source: 'udp://239.1.1.9:5000'}");
  const Stream c = stream("{name: c, source: 'udp://239.1.1.3:5000'}");
  const Stream d = stream("{name: d, source: 'udp://239.1.1.4:5000'}");
  const Roll last{.generation = 4,
                  .entries = {make_entry(a, false), make_entry(other_b, true), make_entry(d, true)},
                  .removed = {"c", "not in the file any more"}};
  const Roll roll = call_roll({a, b, c}, last);
  EXPECT_EQ(roll.generation, 5U);
  EXPECT_THAT(names(roll), ElementsAre("a", "b!", "d!"));
  EXPECT_EQ(roll.entries[1].stream.source.host, "239.1.1.9");
  EXPECT_THAT(roll.removed, ElementsAre("c"));
  EXPECT_THAT(names(call_roll({b}, Roll{})), ElementsAre("b"));
}

TEST_F(RollFile, OfThousandsCostsLittleWhenOneChanges) {
  Roll roll{.generation = 1, .entries = {}, .removed = {}};
  for (int i = 0; i < 4096; ++i) {
    roll.entries.push_back(
        make_entry(stream("{name: s" + std::to_string(i) +
                          ", source: 'udp://239.1.1.1:" + std::to_string(5000 + i) + "'}"),
                   false));
  }
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) {
    roll.entries.back() = make_entry(roll.entries.back().stream, i % 2 == 0);
    ++roll.generation;
    ASSERT_TRUE(write_roll(file_, roll));
    ASSERT_EQ(read_roll(file_, roll)->generation, roll.generation);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
}

}  // namespace
}  // namespace sluice::config
