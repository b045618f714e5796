#include "tools/record_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>

#include "config/arena_size.h"
#include "tools/record_command.h"

namespace sluice::tools {
namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

/// What becomes of a command line.
Result<RecordPlan> plan(const std::string& command_line, const Variables& variables = {}) {
  CLI::App app;
  RecordOptions options;
  add_record_options(app, options);
  app.parse(command_line);
  return plan_recording(
      options,
      [&variables](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      },
      "/state");
}

/// One word for each thing that an option can change.
std::map<std::string, std::string> effects(const RecordPlan& plan) {
  const config::Appliance& a = plan.appliance;
  const config::Stream& stream = a.streams.at(0);
  std::string notes;
  for (const std::string& note : plan.notes) {
    notes += note.substr(0, note.find(' '));
  }
  const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
  const auto ms = [](auto time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  return {
      {"endpoint", a.storage.endpoint},
      {"region", a.storage.region},
      {"bucket", a.storage.bucket},
      {"user", a.storage.credentials.access_key.reveal()},
      {"password", a.storage.credentials.secret_key.reveal()},
      {"source", stream.source.url},
      {"interface", a.dataplane.interface},
      {"driver", a.dataplane.driver == config::Driver::kPcap ? "pcap" : "dpdk"},
      {"name", stream.name.str()},
      {"stream_folder", yes(a.control.stream_folder)},
      {"local_copy", a.control.local_copy},
      {"keep_local", yes(a.control.keep_local_segments)},
      {"urls_log", a.control.urls_log},
      {"listen", a.control.listen},
      {"inject", yes(stream.segment.inject_pat_pmt)},
      {"target_ms", ms(stream.segment.target)},
      {"max_ms", ms(stream.segment.max)},
      {"live_window", std::to_string(stream.playlist.live_window)},
      {"sign", yes(stream.playlist.sign)},
      {"url_ttl_ms", ms(stream.playlist.url_ttl)},
      {"bitrate", std::to_string(stream.bitrate)},
      {"arena_size", std::to_string(a.arena.size)},
      {"arena_hold_ms", ms(a.arena.hold)},
      {"run_for_ms", plan.run_for ? ms(*plan.run_for) : ""},
      {"log_level", plan.log_level},
      {"notes", notes},
  };
}

TEST(RecordPlan, TheDefaultsAreThoseThatOperatorsKnow) {
  const auto made = plan("");
  ASSERT_TRUE(made) << made.error().message;
  const std::map<std::string, std::string> expected{
      {"endpoint", "http://127.0.0.1:9000"},
      {"region", "us-west-2"},
      {"bucket", "ltnhls"},
      {"user", "minioadmin"},
      {"password", "minioadmin"},
      {"source", "udp://227.1.1.102:4102"},
      {"interface", "net1"},
      {"driver", "dpdk"},
      {"name", "hls"},
      {"stream_folder", "no"},
      {"local_copy", "hls"},
      {"keep_local", "yes"},
      {"urls_log", "hls/urls.log"},
      {"listen", "0.0.0.0:3001"},
      {"inject", "yes"},
      {"target_ms", "10000"},
      {"max_ms", "15000"},
      {"live_window", "0"},
      {"sign", "yes"},
      {"url_ttl_ms", "604800000"},
      {"bitrate", "20000000"},
      {"arena_size", "0"},
      {"arena_hold_ms", "30000"},
      {"run_for_ms", ""},
      {"log_level", ""},
      {"notes", ""},
  };
  EXPECT_EQ(effects(*made), expected);
}

/// A command line or variable, and all that it changes against the defaults.
struct Case {
  const char* name;
  std::string command_line;
  Variables variables;
  std::map<std::string, std::string> changes;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class RecordTable : public testing::TestWithParam<Case> {};

TEST_P(RecordTable, ChangesThisAndNothingElse) {
  const Case& c = GetParam();
  const auto made = plan(c.command_line, c.variables);
  ASSERT_TRUE(made) << made.error().message;
  auto expected = effects(*plan(""));
  for (const auto& [what, value] : c.changes) {
    ASSERT_TRUE(expected.contains(what)) << what;
    EXPECT_NE(expected[what], value) << what << " is the default";
    expected[what] = value;
  }
  EXPECT_EQ(effects(*made), expected);
}

const Case kOptions[] = {
    {"endpoint", "-e https://s3.example", {}, {{"endpoint", "https://s3.example"}}},
    {"endpoint_long", "--endpoint http://[::1]:9000", {}, {{"endpoint", "http://[::1]:9000"}}},
    {"region", "-r eu-west-1", {}, {{"region", "eu-west-1"}}},
    {"region_long", "--region eu-west-1", {}, {{"region", "eu-west-1"}}},
    {"bucket", "-b tv-1", {}, {{"bucket", "tv-1"}}},
    {"bucket_long", "--bucket tv-hls", {}, {{"bucket", "tv-hls"}}},
    {"udp_ip", "-i 239.9.9.9", {}, {{"source", "udp://239.9.9.9:4102"}}},
    {"udp_ip_v6", "--udp_ip ff3e::1", {}, {{"source", "udp://[ff3e::1]:4102"}}},
    {"udp_port", "-p 5000", {}, {{"source", "udp://227.1.1.102:5000"}}},
    {"udp_port_long", "--udp_port 5000", {}, {{"source", "udp://227.1.1.102:5000"}}},
    {"interface", "-n eth3", {}, {{"interface", "eth3"}}},
    {"interface_long", "--interface eth3", {}, {{"interface", "eth3"}}},
    {"timeout", "-t 50", {}, {{"notes", "--timeout"}}},
    {"timeout_long", "--timeout 50", {}, {{"notes", "--timeout"}}},
    {"output_dir",
     "-o ts",
     {},
     {{"local_copy", "ts"}, {"urls_log", "ts/urls.log"}, {"name", "ts"}}},
    {"output_dir_long",
     "--output_dir /mnt/ram/ch-1/",
     {},
     {{"local_copy", "/mnt/ram/ch-1/"},
      {"urls_log", "/mnt/ram/ch-1/urls.log"},
      {"name", "channel"}}},
    {"remove_local", "--remove_local", {}, {{"keep_local", "no"}}},
    {"manual_segment", "--manual_segment", {}, {{"notes", "--manual_segment"}}},
    {"inject_pat_pmt_on", "--inject_pat_pmt", {}, {}},
    {"inject_pat_pmt_off", "--inject_pat_pmt=false", {}, {{"inject", "no"}}},
    {"hls_keep_segments", "--hls_keep_segments 3", {}, {{"live_window", "3"}}},
    {"unsigned_urls", "--unsigned_urls", {}, {{"sign", "no"}}},
    {"diskless_ring_size", "--diskless_ring_size 12", {}, {{"arena_hold_ms", "120000"}}},
    {"drop_corrupt_ts", "--drop_corrupt_ts", {}, {{"notes", "--drop_corrupt_ts"}}},
    {"duration", "--duration 60", {}, {{"run_for_ms", "60000"}}},
    {"verbose", "-v", {}, {{"log_level", "debug"}}},
    {"quiet", "-q", {}, {{"log_level", "error"}}},
    {"name", "--name news", {}, {{"name", "news"}, {"stream_folder", "yes"}}},
    {"driver", "--driver pcap", {}, {{"driver", "pcap"}}},
    {"listen", "--listen 127.0.0.1:0", {}, {{"listen", "127.0.0.1:0"}}},
    {"rtp", "--rtp", {}, {{"source", "rtp://227.1.1.102:4102"}}},
};

const Case kVariables[] = {
    {"seconds",
     "",
     {{"SEGMENT_DURATION_SECONDS", "4"}},
     {{"target_ms", "4000"}, {"max_ms", "6000"}}},
    {"milliseconds_go_first",
     "",
     {{"SEGMENT_DURATION_SECONDS", "4"}, {"SEGMENT_DURATION_MS", "2500"}},
     {{"target_ms", "2500"}, {"max_ms", "4000"}}},
    {"largest_segment", "", {{"MAX_SEGMENT_SIZE_BYTES", "50000000"}}, {{"bitrate", "40000000"}}},
    {"url_signing", "", {{"URL_SIGNING_SECONDS", "3600"}}, {{"url_ttl_ms", "3600000"}}},
    {"s3_user", "", {{"S3_USERNAME", "u"}, {"MINIO_ROOT_USER", "v"}}, {{"user", "u"}}},
    {"s3_password", "", {{"S3_PASSWORD", "p"}, {"MINIO_ROOT_PASSWORD", "v"}}, {{"password", "p"}}},
    {"minio_user", "", {{"MINIO_ROOT_USER", "u"}}, {{"user", "u"}}},
    {"minio_password", "", {{"MINIO_ROOT_PASSWORD", "p"}}, {{"password", "p"}}},
    {"capture_buffer", "", {{"CAPTURE_BUFFER_SIZE", "1073741824"}}, {{"arena_size", "1073741824"}}},
    {"small_capture_buffer", "", {{"CAPTURE_BUFFER_SIZE", "4194304"}}, {}},
    {"hourly_urls_log",
     "",
     {{"HOURLY_URLS_LOG", "/var/log/u.log"}},
     {{"urls_log", "/var/log/u.log"}}},
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Options, RecordTable, testing::ValuesIn(kOptions), name_of);
INSTANTIATE_TEST_SUITE_P(Variables, RecordTable, testing::ValuesIn(kVariables), name_of);

TEST(RecordPlan, ErrorsNameTheOptionOrVariable) {
  const auto error = [](const std::string& command_line, const Variables& variables) {
    const auto made = plan(command_line, variables);
    return made ? std::string("none") : made.error().message;
  };
  EXPECT_EQ(error("-i nowhere", {}),
            "--udp_ip, --udp_port: needs an IPv4 address, or an IPv6 address in brackets, like "
            "udp://239.1.1.1:5000");
  EXPECT_THAT(error("-b My_Bucket", {}), testing::StartsWith("--bucket: "));
  EXPECT_THAT(error("-e s3.example", {}), testing::StartsWith("--endpoint: "));
  EXPECT_THAT(error("--name a//b", {}), testing::StartsWith("--name: "));
  EXPECT_THAT(error("--listen 3001", {}), testing::StartsWith("--listen: "));
  EXPECT_EQ(error("", {{"SEGMENT_DURATION_SECONDS", "ten"}}),
            "SEGMENT_DURATION_SECONDS=\"ten\" is no whole number above 0");
  EXPECT_EQ(error("", {{"URL_SIGNING_SECONDS", "604801"}}),
            "URL_SIGNING_SECONDS is more than 604800: S3 signs for at most seven days");
  EXPECT_THAT(error("", {{"SEGMENT_DURATION_MS", "5"}}),
              testing::StartsWith("SEGMENT_DURATION_SECONDS: "));
}

TEST(RecordPlan, WrongOptionsAreRefused) {
  EXPECT_THROW(plan("-p 0"), CLI::ParseError);
  EXPECT_THROW(plan("-p 65536"), CLI::ParseError);
  EXPECT_THROW(plan("--driver xdp"), CLI::ParseError);
  EXPECT_THROW(plan("-v -q"), CLI::ParseError);
  EXPECT_THROW(plan("--no_such_option"), CLI::ParseError);
}

TEST(RecordPlan, TwoRecordingsDoNotShareMemoryOrState) {
  const auto a = plan("-o a");
  const auto b = plan("-o b");
  EXPECT_NE(a->appliance.arena.path, b->appliance.arena.path);
  EXPECT_NE(a->appliance.control.state, b->appliance.control.state);
  EXPECT_EQ(a->appliance.arena.path, plan("-o a")->appliance.arena.path);
  EXPECT_EQ(a->appliance.control.state.parent_path(), "/state");
}

}  // namespace
}  // namespace sluice::tools
