#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/config/sample.h"

namespace sluice::config {
namespace {

using namespace std::chrono_literals;

Loaded load_here(std::string_view text) {
  return load_text(text, "s.yaml",
                   [](const std::string&) -> Result<std::string> { return "eth7"; });
}

constexpr std::string_view kStorage = "storage: {endpoint: \"file:///srv\"}\n";
constexpr std::string_view kStream = "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\n";

std::string with_storage(std::string_view text) {
  return std::string(text) + "\n" + std::string(kStorage);
}

TEST(Load, EveryKeyOfTheSampleIsTakenOver) {
  const Loaded loaded = load_here(kSample);
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  const Dataplane& d = loaded->dataplane;
  EXPECT_EQ(d.driver, Driver::kDpdk);
  EXPECT_THAT(d.eal, testing::ElementsAre("--in-memory", "--vdev=net_af_packet0,iface=eth1"));
  ASSERT_EQ(d.ports.size(), 1U);
  EXPECT_EQ(d.ports[0].name, "a");
  EXPECT_EQ(d.ports[0].device, "net_af_packet0");
  EXPECT_EQ(d.ports[0].rx_queues, 1U);
  EXPECT_EQ(d.ports[0].address, "10.1.2.3/24");
  EXPECT_EQ(d.ports[0].allmulticast, AllMulticast::kAuto);
  EXPECT_EQ(d.lcores.main, 0U);
  EXPECT_THAT(d.lcores.rx, testing::ElementsAre(1));
  EXPECT_THAT(d.lcores.segment, testing::ElementsAre(2, 3));
  EXPECT_EQ(d.idle, Idle::kAdaptive);
  EXPECT_EQ(loaded->arena.path, "/dev/shm/sluice");
  EXPECT_EQ(loaded->arena.hold, 30s);

  ASSERT_EQ(loaded->streams.size(), 4U);
  const Stream& news = loaded->streams[0];
  EXPECT_EQ(news.name.str(), "news");
  EXPECT_EQ(news.source.scheme, Scheme::kUdp);
  EXPECT_EQ(news.source.host, "239.1.1.1");
  EXPECT_EQ(news.source.port, 5000);
  EXPECT_EQ(news.segment.target, 6s);
  EXPECT_EQ(news.segment.max, 10s);
  EXPECT_TRUE(news.segment.inject_pat_pmt);
  EXPECT_EQ(news.playlist.live_window, 6U);
  EXPECT_TRUE(news.playlist.sign);
  EXPECT_EQ(news.playlist.url_ttl, 168h);
  EXPECT_EQ(news.retention, 720h);
  const Stream& sport = loaded->streams[1];
  EXPECT_EQ(sport.source.scheme, Scheme::kRtp);
  EXPECT_EQ(sport.ssm, "10.0.0.1");
  EXPECT_EQ(sport.port, "a");
  EXPECT_EQ(sport.vlan, 5);
  EXPECT_EQ(sport.group, "sport-ladder");
  EXPECT_EQ(sport.bitrate, 8'000'000U);
  EXPECT_EQ(loaded->streams[2].source.host, "ff3e::8000:1");
  EXPECT_EQ(loaded->streams[2].program.kind, Program::Kind::kNumber);
  EXPECT_EQ(loaded->streams[2].program.number, 3);
  EXPECT_EQ(loaded->streams[3].source.path, "/srv/clip.ts");
  EXPECT_EQ(loaded->streams[3].source.pace, Pace::kRecorded);

  EXPECT_EQ(loaded->storage.endpoint, "https://s3.example.net");
  EXPECT_EQ(loaded->storage.public_endpoint, "https://media.example");
  EXPECT_EQ(loaded->storage.region, "us-east-1");
  EXPECT_EQ(loaded->storage.bucket, "hls");
  EXPECT_EQ(loaded->storage.addressing, Addressing::kPath);
  EXPECT_EQ(loaded->storage.credentials.source, Credentials::From::kAuto);
  EXPECT_EQ(loaded->spool.path, "/var/lib/sluice/spool");
  EXPECT_EQ(loaded->spool.max, 500ULL << 30);
  EXPECT_FALSE(loaded->spool.always);
  EXPECT_EQ(loaded->control.listen, "127.0.0.1:3001");
  EXPECT_EQ(loaded->control.token_file, "/etc/sluice/token");
  EXPECT_EQ(loaded->control.urls_log, "/var/lib/sluice/urls.log");
}

TEST(Load, StreamsAndStorageAreEnough) {
  const Loaded loaded = load_here(std::string(kStream) + std::string(kStorage));
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->dataplane.interface, "eth7");
  EXPECT_THAT(loaded->dataplane.eal, testing::Contains("--vdev=net_af_packet0,iface=eth7"));
  ASSERT_EQ(loaded->dataplane.ports.size(), 1U);
  EXPECT_EQ(loaded->dataplane.ports[0].device, "net_af_packet0");
  EXPECT_EQ(loaded->spool.max, 0U);
}

TEST(Load, StreamsMayDifferInWhatTheirPacketsDifferIn) {
  const Loaded loaded =
      load_here(with_storage("streams:\n"
                             "  - {name: a, source: \"udp://239.1.1.1:5000\"}\n"
                             "  - {name: b, source: \"udp://239.1.1.1:5001\"}\n"
                             "  - {name: c, source: \"udp://239.1.1.1:5000\", vlan: 5}\n"
                             "  - {name: d, source: \"udp://239.1.1.1:5000\", vlan: 6}\n"
                             "  - {name: e, source: \"udp://239.1.1.1:5000\", ssm: 10.0.0.1}\n"
                             "  - {name: f, source: \"udp://239.1.1.1:5000\", program: 3}\n"));
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->streams.size(), 6U);
}

TEST(Load, FilesNeedNoPort) {
  const Loaded loaded =
      load_here(with_storage("streams: [{name: a, source: \"file:///x.ts?pace=max\"}]"));
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_TRUE(loaded->dataplane.ports.empty());
  EXPECT_EQ(loaded->streams[0].source.pace, Pace::kMax);
}

TEST(Load, WithoutARouteTheInterfaceMustBeGiven) {
  const Loaded loaded = load_text(std::string(kStream) + std::string(kStorage), "s.yaml",
                                  [](const std::string& to) -> Result<std::string> {
                                    return fail("this machine has no route to " + to);
                                  });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_string(loaded.error()),
            "s.yaml:1:1: dataplane: no interface is given, and this machine has no route to "
            "239.1.1.1; add `dataplane: {interface: eth1}` with the one that the streams come in "
            "by");
}

TEST(Load, DefaultsReachStreamsThatSayNothingElse) {
  const Loaded loaded = load_here(with_storage(R"(
defaults: {segment: {target: 4s, max: 8s}, playlist: {sign: false}, retention: 2d}
streams:
  - {name: a, source: "udp://239.1.1.1:5000"}
  - {name: b, source: "udp://239.1.1.2:5000", segment: {target: 2s}, playlist: {live_window: 0}, retention: 1h}
)"));
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->streams[0].segment.target, 4s);
  EXPECT_EQ(loaded->streams[0].retention, 48h);
  EXPECT_EQ(loaded->streams[1].segment.target, 2s);
  EXPECT_EQ(loaded->streams[1].segment.max, 8s);
  EXPECT_FALSE(loaded->streams[1].playlist.sign);
  EXPECT_EQ(loaded->streams[1].playlist.live_window, 0U);
  EXPECT_EQ(loaded->streams[1].retention, 1h);
}

TEST(Load, TheKeysThatOnlySomeDriversHaveAreTakenOver) {
  const Loaded pcap = load_here("dataplane: {driver: pcap, interface: eth1, idle: spin}\n" +
                                std::string(kStream) + std::string(kStorage));
  ASSERT_TRUE(pcap) << to_string(pcap.error());
  EXPECT_EQ(pcap->dataplane.driver, Driver::kPcap);
  EXPECT_EQ(pcap->dataplane.interface, "eth1");
  EXPECT_EQ(pcap->dataplane.idle, Idle::kSpin);
  const Loaded file = load_here("dataplane: {driver: file, path: /srv/x.pcap, pace: max}\n" +
                                std::string(kStream) + std::string(kStorage));
  ASSERT_TRUE(file) << to_string(file.error());
  EXPECT_EQ(file->dataplane.path, "/srv/x.pcap");
  EXPECT_EQ(file->dataplane.pace, Pace::kMax);
}

TEST(Load, TheRarerKeysAreTakenOver) {
  const Loaded loaded = load_here(std::string(kStream) + R"(
arena: {size: 2GiB}
storage:
  endpoint: http://127.0.0.1:9000/
  prefix: site/a/
  addressing: virtual
  cors: ["https://a.example", "https://b.example"]
  ca_file: /etc/ca.pem
  credentials: {source: file, file: /etc/sluice/s3, profile: tv}
spool: {max: 1GB, when: always}
control: {listen: "[::]:0", state: /var/lib/x, local_copy: /tmp/ts, keep_local_segments: false, stream_folder: false}
)");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->arena.size, 2ULL << 30);
  EXPECT_EQ(loaded->storage.endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(loaded->storage.prefix, "site/a/");
  EXPECT_EQ(loaded->storage.addressing, Addressing::kVirtual);
  EXPECT_THAT(loaded->storage.cors, testing::ElementsAre("https://a.example", "https://b.example"));
  EXPECT_EQ(loaded->storage.ca_file, "/etc/ca.pem");
  EXPECT_EQ(loaded->storage.credentials.source, Credentials::From::kFile);
  EXPECT_EQ(loaded->storage.credentials.file, "/etc/sluice/s3");
  EXPECT_EQ(loaded->storage.credentials.profile, "tv");
  EXPECT_TRUE(loaded->spool.always);
  EXPECT_EQ(loaded->spool.max, 1'000'000'000U);
  EXPECT_EQ(loaded->control.listen, "[::]:0");
  EXPECT_EQ(loaded->control.state, "/var/lib/x");
  EXPECT_EQ(loaded->control.local_copy, "/tmp/ts");
  EXPECT_FALSE(loaded->control.keep_local_segments);
  EXPECT_FALSE(loaded->control.stream_folder);
}

TEST(Load, AFolderIsNoFile) {
  const Loaded loaded = load("/");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(to_string(loaded.error()), testing::HasSubstr("cannot read: Is a directory"));
}

TEST(Load, AFileThatIsNotThereIsAProblemOfTheWholeFile) {
  const Loaded loaded = load("/nonexistent/s.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_string(loaded.error()),
            "/nonexistent/s.yaml: cannot read: No such file or directory");
}

TEST(Load, EveryProblemIsReportedInTheOrderOfTheFile) {
  const Loaded loaded = load_here(
      "arena: {hold: 30}\n"
      "streams:\n"
      "  - {name: a, source: \"udp://239.1.1.1:5000\", bitrat: 3Mbps}\n"
      "  - {name: a, source: \"udp://239.1.1.2:5000\", vlan: x}\n"
      "storage: {endpoint: ftp://x}\n");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_string(loaded.error()),
            "s.yaml:1:15: arena.hold: \"30\" is no duration; write a number with a unit, like "
            "500ms, 6s, 1h30m or 7d\n"
            "s.yaml:3:47: unknown key \"bitrat\" in streams[0]; did you mean \"bitrate\"?\n"
            "s.yaml:4:12: streams[1].name: another stream is called \"a\" already, in line 3\n"
            "s.yaml:4:53: streams[1].vlan: \"x\" is no whole number from 1 to 4094\n"
            "s.yaml:5:21: storage.endpoint: must start with https://, http:// or file://");
}

TEST(Load, NoProblemRepeatsAPassword) {
  const Loaded loaded = load_here(
      "streams:\n"
      "  - {name: a, source: \"rtsp://u:hunter2@cam/1\"}\n"
      "  - {name: b, source: \"rstp://u:hunter2@cam/1\"}\n"
      "  - {name: c, source: \"udp://u:hunter2@239.1.1.1:5\"}\n"
      "storage:\n"
      "  endpoint: https://u:hunter2@s3.example\n"
      "  credentials: {secret_access_key: hunter2}\n"
      "control: {token: hunter2}\n");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().size(), 5U) << to_string(loaded.error());
  EXPECT_THAT(to_string(loaded.error()), testing::Not(testing::HasSubstr("hunter2")));
}

TEST(Load, TheKernelRoutesLoopbackToLo) {
  EXPECT_EQ(kernel_route("127.0.0.1").value_or(""), "lo");
}

}  // namespace
}  // namespace sluice::config
