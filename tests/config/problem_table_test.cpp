#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "config/load.h"

namespace sluice::config {
namespace {

/// A text with something wrong, and all that is said about it, without the file's name.
struct Case {
  const char* name;
  std::string yaml;
  std::string problems;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

constexpr const char* kSound =
    "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\n"
    "storage: {endpoint: \"file:///srv\"}\n";

/// Two sound lines, then the one that is wrong.
std::string third_line(const std::string& line) {
  return kSound + line + "\n";
}

/// One stream, in line 2 from column 5 on, with `keys` after a sound name and source.
std::string stream(const std::string& keys) {
  return "storage: {endpoint: \"file:///srv\"}\nstreams: [{" + keys + "}]\n";
}

std::string keyed(const std::string& keys) {
  return stream("name: a, source: \"udp://239.1.1.1:5\", " + keys);
}

std::string storage(const std::string& keys) {
  return "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\nstorage: {" + keys + "}\n";
}

class ProblemTable : public testing::TestWithParam<Case> {};

TEST_P(ProblemTable, NamesPlaceAndCure) {
  const Loaded loaded = load_text(GetParam().yaml, "f",
                                  [](const std::string&) { return Result<std::string>("eth7"); });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_string(loaded.error()), GetParam().problems) << GetParam().yaml;
}

// clang-format off
const Case kForm[] = {
    {"empty_file", "", 
     "f: streams: at least one stream must be given\n"
     "f: storage: is missing: where the archive goes, like `storage: {endpoint: \"file:///var/lib/sluice/archive\"}`"},
    {"no_yaml", "streams: [{name: a", 
     "f:1:1: not YAML: end of map flow not found"},
    {"a_list", "- a\n- b\n", 
     "f:1:1: the file must be a mapping (`key: value`), not a list\n"
     "f:1:1: streams: at least one stream must be given\n"
     "f:1:1: storage: is missing: where the archive goes, like `storage: {endpoint: \"file:///var/lib/sluice/archive\"}`"},
    {"two_documents", third_line("---\nstreams: []"), 
     "f:3:1: a second YAML document starts here; put everything in one"},
    {"comma_at_the_start", ", streams: []",
     "f:1:1: not YAML: this belongs to nothing; is there a comma or bracket too many?"},
    {"comma_behind_a_mapping", third_line("arena: {hold: 3s},"),
     "f:3:18: not YAML: end of map not found"},
    {"unknown_top_key", third_line("dataplan: {driver: pcap}"), 
     "f:3:1: unknown key \"dataplan\" at the top of the file; did you mean \"dataplane\"?"},
    {"unknown_key_unlike_any", third_line("zebra: 1"), 
     "f:3:1: unknown key \"zebra\" at the top of the file"},
    {"key_twice", third_line("arena: {hold: 3s, hold: 4s}"), 
     "f:3:19: arena.hold: this key stands here twice"},
    {"section_that_is_a_word", third_line("arena: big"), 
     "f:3:8: arena must be a mapping (`key: value`), not a single value"},
    {"scalar_that_is_a_list", third_line("arena: {hold: [3s]}"), 
     "f:3:15: arena.hold: must be a duration like 6s, not a list"},
    {"scalar_that_is_empty", third_line("arena: {hold: }"), 
     "f:3:9: arena.hold: must be a duration like 6s, not nothing"},
    {"list_that_is_a_word", third_line("dataplane: {eal: --in-memory}"), 
     "f:3:18: dataplane.eal: must be a list like [a, b], not a single value"},
    {"list_in_list", third_line("dataplane: {eal: [[a]]}"), 
     "f:3:19: dataplane.eal: must be a list of texts, and this is a list"},
    {"no_streams", "storage: {endpoint: \"file:///srv\"}\n", 
     "f:1:1: streams: at least one stream must be given"},
    {"empty_streams", "storage: {endpoint: \"file:///srv\"}\nstreams: []\n", 
     "f:2:10: streams: at least one stream must be given"},
    {"streams_that_are_a_mapping", "storage: {endpoint: \"file:///srv\"}\nstreams: {a: b}\n", 
     "f:2:10: streams: must be a list (`- …` items), not a mapping"},
    {"two_streams_with_names_that_are_none", "storage: {endpoint: \"file:///srv\"}\nstreams:\n- {name: \"a b\", source: \"udp://239.1.1.1:1\"}\n- {name: \"c d\", source: \"udp://239.1.1.2:1\"}\n",
     "f:3:10: streams[0].name: stream name \"a b\" must be parts of letters, digits, '.', '_' and '-' joined by '/'\n"
     "f:4:10: streams[1].name: stream name \"c d\" must be parts of letters, digits, '.', '_' and '-' joined by '/'"},
    {"no_storage", "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\n", 
     "f:1:1: storage: is missing: where the archive goes, like `storage: {endpoint: \"file:///var/lib/sluice/archive\"}`"},
};

const Case kDataplane[] = {
    {"driver", third_line("dataplane: {driver: dpkd}"), 
     "f:3:21: dataplane.driver: \"dpkd\" is none of: dpdk, pcap, file"},
    {"pcap_without_interface", third_line("dataplane: {driver: pcap}"), 
     "f:3:21: dataplane.driver: pcap needs to know where to listen: add `interface: eth1`"},
    {"pcap_with_ports", third_line("dataplane: {driver: pcap, interface: e, ports: [{name: a, device: b}]}"), 
     "f:3:48: dataplane.ports: only go with `driver: dpdk`"},
    {"file_without_path", third_line("dataplane: {driver: file}"), 
     "f:3:21: dataplane.driver: file needs a capture: add `path: /srv/x.pcap`"},
    {"file_with_interface", third_line("dataplane: {driver: file, path: x, interface: e}"), 
     "f:3:47: dataplane.interface: does not go with `driver: file`"},
    {"pace_without_file", third_line("dataplane: {pace: max}"), 
     "f:3:19: dataplane.pace: only goes with `driver: file`"},
    {"pace", third_line("dataplane: {driver: file, path: x, pace: fast}"), 
     "f:3:42: dataplane.pace: \"fast\" is none of: recorded, max"},
    {"interface_and_eal", third_line("dataplane: {interface: e, eal: [-l0]}"), 
     "f:3:24: dataplane.interface: with `driver: dpdk` this stands for a whole set of `eal` and `ports`: give it, or them"},
    {"idle", third_line("dataplane: {idle: lazy}"), 
     "f:3:19: dataplane.idle: \"lazy\" is none of: spin, adaptive"},
    {"port_without_device", third_line("dataplane: {ports: [{name: a}]}"), 
     "f:3:21: dataplane.ports[0].device: is missing: DPDK's name of the port, like net_af_packet0 or 0000:41:00.0"},
    {"port_without_name", third_line("dataplane: {ports: [{device: a}]}"), 
     "f:3:21: dataplane.ports[0].name: is missing: the name by which streams choose this port"},
    {"ports_alike", third_line("dataplane: {ports: [{name: a, device: b}, {name: a, device: b}]}"), 
     "f:3:50: dataplane.ports[1].name: another port is called \"a\" already\n"
     "f:3:61: dataplane.ports[1].device: port \"a\" is b already"},
    {"rx_queues", third_line("dataplane: {ports: [{name: a, device: b, rx_queues: 0}]}"), 
     "f:3:53: dataplane.ports[0].rx_queues: \"0\" is no whole number from 1 to 64"},
    {"port_mtu", third_line("dataplane: {ports: [{name: a, device: b, mtu: 900}]}"), 
     "f:3:47: dataplane.ports[0].mtu: \"900\" is no whole number from 1280 to 9702"},
    {"port_address", third_line("dataplane: {ports: [{name: a, device: b, address: 10.1.2.3}]}"), 
     "f:3:51: dataplane.ports[0].address: \"10.1.2.3\" is no address with a prefix length, like 10.1.2.3/24"},
    {"allmulticast", third_line("dataplane: {ports: [{name: a, device: b, allmulticast: maybe}]}"), 
     "f:3:56: dataplane.ports[0].allmulticast: \"maybe\" is none of: auto, on, true, off, false"},
    {"lcore_twice", third_line("dataplane: {lcores: {rx: [1], segment: [2, 1]}}"), 
     "f:3:40: dataplane.lcores.segment: lcore 1 has another role already; leave `lcores` out and Sluice shares them sensibly"},
    {"lcore_main_shared", third_line("dataplane: {lcores: {main: 1, rx: [1], segment: [2]}}"), 
     "f:3:35: dataplane.lcores.rx: lcore 1 has another role already; leave `lcores` out and Sluice shares them sensibly"},
    {"lcore_no_number", third_line("dataplane: {lcores: {rx: [1, x], segment: [2]}}"), 
     "f:3:30: dataplane.lcores.rx: \"x\" is no whole number from 0 to 1023"},
};

const Case kArena[] = {
    {"no_unit", third_line("arena: {hold: 30}"), 
     "f:3:15: arena.hold: \"30\" is no duration; write a number with a unit, like 500ms, 6s, 1h30m or 7d"},
    {"wrong_unit", third_line("arena: {hold: 30MiB}"), 
     "f:3:15: arena.hold: \"30MiB\" is no duration; write a number with a unit, like 500ms, 6s, 1h30m or 7d"},
    {"size_wrong_unit", third_line("arena: {size: 30s}"), 
     "f:3:15: arena.size: \"30s\" is no size; write a number with a unit, like 256MiB or 2GiB"},
    {"too_short", third_line("arena: {hold: 10ms}"), 
     "f:3:15: arena.hold: \"10ms\" is too short; the least is 1s"},
    {"both", third_line("arena: {hold: 10s, size: 2GiB}"), 
     "f:3:26: arena.size: goes instead of hold: give one of the two"},
    {"relative_path", third_line("arena: {path: shm}"), 
     "f:3:15: arena.path: must be a folder's whole path, like /dev/shm/sluice"},
    {"too_small", third_line("arena: {size: 10MiB}"), 
     "f:3:15: arena.size: 10.0 MiB is too small: to cut these streams at all takes 24.8 MiB"},
};

const Case kStreams[] = {
    {"no_name", stream("source: \"udp://239.1.1.1:5\""), 
     "f:2:11: streams[0].name: is missing"},
    {"bad_name", stream("name: \"a b\", source: \"udp://239.1.1.1:5\""), 
     "f:2:18: streams[0].name: stream name \"a b\" must be parts of letters, digits, '.', '_' and '-' joined by '/'"},
    {"name_goes_up", stream("name: a/../b, source: \"udp://239.1.1.1:5\""), 
     "f:2:18: streams[0].name: stream name \"a/../b\" must be parts of letters, digits, '.', '_' and '-' joined by '/'"},
    {"no_source", stream("name: a"), 
     "f:2:11: streams[0].source: is missing, like \"udp://239.1.1.1:5000\""},
    {"scheme", stream("name: a, source: \"tcp://239.1.1.1:5\""), 
     "f:2:29: streams[0].source: must start with udp://, rtp://, file:// or rtsp://"},
    {"no_address", stream("name: a, source: \"udp://:5\""), 
     "f:2:29: streams[0].source: needs an IPv4 address, or an IPv6 address in brackets, like udp://239.1.1.1:5000"},
    {"bad_address", stream("name: a, source: \"udp://239.1.1.300:5\""), 
     "f:2:29: streams[0].source: needs an IPv4 address, or an IPv6 address in brackets, like udp://239.1.1.1:5000"},
    {"no_port", stream("name: a, source: \"udp://239.1.1.1\""), 
     "f:2:29: streams[0].source: needs a port from 1 to 65535, like udp://239.1.1.1:5000"},
    {"port_zero", stream("name: a, source: \"udp://239.1.1.1:0\""), 
     "f:2:29: streams[0].source: needs a port from 1 to 65535, like udp://239.1.1.1:5000"},
    {"port_too_large", stream("name: a, source: \"rtp://239.1.1.1:65536\""), 
     "f:2:29: streams[0].source: \"65536\" is no port (0 to 65535)"},
    {"v6_without_brackets", stream("name: a, source: \"udp://ff3e::1:5000\""), 
     "f:2:29: streams[0].source: an IPv6 address stands in brackets, like [ff3e::8000:1]:5000"},
    {"v6_open_bracket", stream("name: a, source: \"udp://[ff3e::1:5000\""), 
     "f:2:29: streams[0].source: the bracket around the IPv6 address is not closed"},
    {"parameters", stream("name: a, source: \"udp://239.1.1.1:5?ttl=3\""), 
     "f:2:29: streams[0].source: nothing may follow the address and port; set ssm, vlan and the like by their own keys"},
    {"relative_file", stream("name: a, source: \"file://x.ts\""), 
     "f:2:29: streams[0].source: needs a whole path after file://, like file:///srv/clip.ts"},
    {"file_pace", stream("name: a, source: \"file:///x.ts?pace=slow\""), 
     "f:2:29: streams[0].source: after the path only ?pace=recorded or ?pace=max may follow"},
    {"ssm_family", keyed("ssm: \"fd00::1\""), 
     "f:2:55: streams[0].ssm: is an IPv6 address, and the source's is IPv4"},
    {"ssm_group", keyed("ssm: 239.1.1.2"), 
     "f:2:55: streams[0].ssm: \"239.1.1.2\" is no sender's address, like 10.0.0.1"},
    {"ssm_of_file", stream("name: a, source: \"file:///x.ts\", ssm: 10.0.0.1"), 
     "f:2:50: streams[0].ssm: only goes with udp:// and rtp:// sources"},
    {"backoff_of_udp", keyed("retry_backoff: 3s"), 
     "f:2:65: streams[0].retry_backoff: only goes with rtsp:// sources"},
    {"vlan", keyed("vlan: 4095"), 
     "f:2:56: streams[0].vlan: \"4095\" is no whole number from 1 to 4094"},
    {"group", keyed("group: \"a b\""), 
     "f:2:57: streams[0].group: stream name \"a b\" must be parts of letters, digits, '.', '_' and '-' joined by '/'"},
    {"bitrate_unit", keyed("bitrate: 8MB"), 
     "f:2:59: streams[0].bitrate: \"8MB\" is no bitrate; write a number with a unit, like 8Mbps or 64kbps"},
    {"bitrate_zero", keyed("bitrate: 0Mbps"), 
     "f:2:59: streams[0].bitrate: must be more than 0"},
    {"program", keyed("program: first"), 
     "f:2:59: streams[0].program: \"first\" is neither auto, nor all, nor a programme's number (1 to 65535)"},
    {"program_zero", keyed("program: 0"), 
     "f:2:59: streams[0].program: \"0\" is neither auto, nor all, nor a programme's number (1 to 65535)"},
    {"port", keyed("port: b"), 
     "f:2:56: streams[0].port: no port is called \"b\" in dataplane.ports"},
    {"port_misspelt", keyed("port: wam") + "dataplane: {ports: [{name: wan, device: b}]}\n", 
     "f:2:56: streams[0].port: no port is called \"wam\" in dataplane.ports; did you mean \"wan\"?"},
    {"target_over_max", keyed("segment: {target: 12s}"), 
     "f:2:68: streams[0].segment.target: target is longer than max, at which segments are cut by force; max is 10s"},
    {"max_under_target", keyed("segment: {max: 2s}"), 
     "f:2:65: streams[0].segment.max: target is longer than max, at which segments are cut by force; max is 2s"},
    {"default_target_over_max", third_line("defaults: {segment: {target: 3s, max: 2s}}"), 
     "f:3:30: defaults.segment.target: target is longer than max, at which segments are cut by force; max is 2s"},
    {"url_ttl", keyed("playlist: {url_ttl: 8d}"), 
     "f:2:70: streams[0].playlist.url_ttl: \"8d\" is too long; the most is 7d"},
    {"sign", keyed("playlist: {sign: yes}"), 
     "f:2:67: streams[0].playlist.sign: \"yes\" is neither true nor false"},
    {"live_window", keyed("playlist: {live_window: -1}"), 
     "f:2:74: streams[0].playlist.live_window: \"-1\" is no whole number from 0 to 100000"},
    {"retention", keyed("retention: forever"), 
     "f:2:61: streams[0].retention: \"forever\" is no duration; write a number with a unit, like 500ms, 6s, 1h30m or 7d"},
    {"same_flow", stream("name: a, source: \"udp://239.1.1.1:5\"}, {name: b, source: \"rtp://239.1.1.1:5\""), 
     "f:2:69: streams[1].source: stream \"a\" takes the same packets already; they must differ in address, port, ssm, vlan or program"},
    {"same_flow_v6", stream("name: a, source: \"udp://[ff3e:0::1]:5\"}, {name: b, source: \"udp://[FF3E::1]:5\""), 
     "f:2:71: streams[1].source: stream \"a\" takes the same packets already; they must differ in address, port, ssm, vlan or program"},
    {"same_name", stream("name: a, source: \"udp://239.1.1.1:5\"}, {name: a, source: \"udp://239.1.1.1:6\""), 
     "f:2:58: streams[1].name: another stream is called \"a\" already, in line 2"},
};

const Case kStorage[] = {
    {"no_endpoint", storage("region: x"), 
     "f:2:10: storage.endpoint: is missing: https://host of an S3 store, or file:///folder for a local archive"},
    {"endpoint_scheme", storage("endpoint: s3.example"), 
     "f:2:21: storage.endpoint: must start with https://, http:// or file://"},
    {"endpoint_path", storage("endpoint: https://s3.example/bucket"), 
     "f:2:21: storage.endpoint: must be a host and perhaps a port, like https://s3.example.net:9000, with no path (the bucket has a key of its own)"},
    {"endpoint_port", storage("endpoint: https://s3.example:99999"), 
     "f:2:21: storage.endpoint: \"99999\" is no port (0 to 65535)"},
    {"endpoint_user", storage("endpoint: https://a:b@s3.example"), 
     "f:2:21: storage.endpoint: must not hold a user or password; see storage.credentials"},
    {"file_relative", storage("endpoint: \"file://archive\""), 
     "f:2:21: storage.endpoint: needs a whole path after file://, like file:///var/lib/sluice/archive"},
    {"public_endpoint", storage("endpoint: https://s3, public_endpoint: \"file:///x\""), 
     "f:2:50: storage.public_endpoint: must start with https:// or http://"},
    {"bucket", storage("endpoint: https://s3, bucket: My_Bucket"), 
     "f:2:41: storage.bucket: \"My_Bucket\" is no bucket's name: 3 to 63 lower-case letters, digits, '-' and '.', with a letter or digit at both ends"},
    {"prefix", storage("endpoint: https://s3, prefix: site"), 
     "f:2:41: storage.prefix: \"site\" must be a folder of letters, digits, '.', '_' and '-' that ends in '/', of at most 127 characters"},
    {"addressing", storage("endpoint: https://s3, addressing: dns"), 
     "f:2:45: storage.addressing: \"dns\" is none of: path, virtual"},
    {"credentials_source", storage("endpoint: https://s3, credentials: {source: file}"), 
     "f:2:55: storage.credentials.source: file needs the file's name: add `file: /etc/sluice/s3.credentials`"},
    {"credentials_file", storage("endpoint: https://s3, credentials: {file: x}"), 
     "f:2:53: storage.credentials.file: only goes with `source: file`"},
    {"secret", storage("endpoint: https://s3, credentials: {secret_key: hunter2}"), 
     "f:2:47: unknown key \"secret_key\" in storage.credentials; secrets are not written here: give the name of a file that holds them"},
    {"spool_without_max", third_line("spool: {path: /x}"), 
     "f:3:8: spool.max: is missing: how much disk the spool may take, like 500GiB"},
    {"spool_max", third_line("spool: {max: 500}"), 
     "f:3:14: spool.max: \"500\" is no size; write a number with a unit, like 256MiB or 2GiB"},
    {"spool_when", third_line("spool: {max: 5GB, when: never}"), 
     "f:3:25: spool.when: \"never\" is none of: behind, always"},
    {"listen", third_line("control: {listen: 3001}"), 
     "f:3:19: control.listen: \"3001\" is no address and port, like 127.0.0.1:3001 or [::]:3001"},
    {"listen_host", third_line("control: {listen: \"here:3001\"}"), 
     "f:3:19: control.listen: \"here:3001\" is no address and port, like 127.0.0.1:3001 or [::]:3001"},
    {"control_key", third_line("control: {tokenfile: /x}"), 
     "f:3:11: unknown key \"tokenfile\" in control; did you mean \"token_file\"?"},
};
// clang-format on

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Form, ProblemTable, testing::ValuesIn(kForm), name_of);
INSTANTIATE_TEST_SUITE_P(Dataplane, ProblemTable, testing::ValuesIn(kDataplane), name_of);
INSTANTIATE_TEST_SUITE_P(Arena, ProblemTable, testing::ValuesIn(kArena), name_of);
INSTANTIATE_TEST_SUITE_P(Streams, ProblemTable, testing::ValuesIn(kStreams), name_of);
INSTANTIATE_TEST_SUITE_P(Storage, ProblemTable, testing::ValuesIn(kStorage), name_of);

}  // namespace
}  // namespace sluice::config
