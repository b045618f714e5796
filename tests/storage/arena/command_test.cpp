#include "storage/arena/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sluice::arena {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Command, RequestsSurviveTheirLine) {
  const std::string line = to_line({.command = Command::kAdd,
                                    .streams = {"{name: a,\n source: 'udp://239.1.1.1:1'}", "b"},
                                    .names = {},
                                    .file = ""});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto request = parse_request(line);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->command, Command::kAdd);
  EXPECT_THAT(request->streams, ElementsAre("{name: a,\n source: 'udp://239.1.1.1:1'}", "b"));
  EXPECT_EQ(parse_request(to_line({.command = Command::kReload, .file = "/x.yaml"}))->file,
            "/x.yaml");
  EXPECT_THAT(parse_request(to_line({.command = Command::kRemove, .names = {"a", "b/c"}}))->names,
              ElementsAre("a", "b/c"));
}

TEST(Command, StreamsMayBeObjects) {
  const auto request = parse_request(
      R"({"version":1,"command":"change","streams":[{"name":"a","vlan":5,"segment":{"max":"4s"}}]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->streams, ElementsAre(R"({"name":"a","vlan":5,"segment":{"max":"4s"}})"));
}

TEST(Command, WhatIsNoRequestIsSaidToBeNone) {
  const std::pair<const char*, const char*> table[] = {
      {"", "one JSON object"},
      {"[]", "one JSON object"},
      {"{\"version\":1,", "one JSON object"},
      {R"({"command":"list"})", "speaks version 1"},
      {R"({"version":2,"command":"list"})", "speaks version 1"},
      {R"({"version":1})", "one of list, add, change, remove, reload, drain"},
      {R"({"version":1,"command":"lsit"})", "one of list"},
      {R"({"version":1,"command":7})", "one of list"},
      {R"({"version":1,"command":"add"})", "\"streams\" is missing"},
      {R"({"version":1,"command":"add","streams":{}})", "\"streams\" must be a list"},
      {R"({"version":1,"command":"add","streams":[7]})", "list of texts or objects"},
      {R"({"version":1,"command":"remove","names":[]})", "\"names\" is missing"},
  };
  for (const auto& [line, said] : table) {
    const auto request = parse_request(line);
    ASSERT_FALSE(request) << line;
    EXPECT_THAT(request.error().message, HasSubstr(said)) << line;
  }
}

TEST(Command, AnswersSurviveTheirLine) {
  const auto done = parse_answer(to_line(CommandAnswer{
      .generation = 9,
      .added = {"a"},
      .changed = {"b"},
      .removed = {"c", "d"},
      .starting = {"a"},
      .streams = {{.name = "a", .source = "udp://x", .state = "silent", .by_command = true}}}));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->error, "");
  EXPECT_EQ(done->generation, 9U);
  EXPECT_THAT(done->removed, ElementsAre("c", "d"));
  EXPECT_THAT(done->starting, ElementsAre("a"));
  EXPECT_EQ(done->streams.at(0).state, "silent");
  EXPECT_TRUE(done->streams.at(0).by_command);
  const auto refused = parse_answer(
      to_line(CommandAnswer{.error = "no", .problems = {"p:1:2: x"}, .restart = {"arena.size"}}));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error, "no");
  EXPECT_THAT(refused->problems, ElementsAre("p:1:2: x"));
  EXPECT_THAT(refused->restart, ElementsAre("arena.size"));
}

TEST(Command, AnswersAreJsonForOtherPrograms) {
  const auto json = nlohmann::json::parse(to_line(CommandAnswer{.generation = 3, .added = {"a"}}));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["added"], nlohmann::json({"a"}));
}

}  // namespace
}  // namespace sluice::arena
