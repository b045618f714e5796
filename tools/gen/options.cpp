#include "tools/gen/options.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <map>

#include "config/base/units.h"
#include "config/source_url.h"
#include "tools/arguments.h"
#include "tools/gen/made_channel.h"

namespace sluice::gen {
namespace {

constexpr char kFooter[] =
    R"(Without FILEs the channels are made: H.264 that decodes, at exactly --bitrate (4Mbps), each with
its number in it. FILEs are dealt out to the channels in turn and repeated; time stamps and
continuity counters go on from loop to loop.

A share is a percentage (0.1%) or a number of a million (1000ppm). Log lines:
  {"stream":3,"datagram":1742,"fault":"corrupt","offset":77,"flipped":16}
Datagrams are counted from 0; what is sent without faults is what --sent keeps.

Examples:
  sluice-gen udp://239.1.1.1:5000 -n eth1 --streams 100 --bitrate 20Mbps
  sluice-gen rtp://239.1.1.1:5004 news.ts sport.ts -n eth1 --streams 2 --drop 0.1% --log faults.jsonl
  sluice-gen 'udp://[ff3e::8000:1]:5000' -n eth1 --vlan 100 --vlan 5 --from fe80::1
  sluice-gen udp://239.1.1.1:5000 --device net_memif0 --pace max \
      --eal=--vdev=net_memif0,role=client,socket=/run/m.sock,socket-abstract=no

Exit status: 0 fine, 1 failed or datagrams did not leave, 2 wrong usage)";

template <typename Value>
Value choice(const char* option, const std::string& word,
             const std::map<std::string, Value>& values) {
  const auto found = values.find(word);
  if (found == values.end()) {
    throw CLI::ValidationError(option, "\"" + word + "\" is none of the values it can have");
  }
  return found->second;
}

uint32_t parse_share(const std::string& text) {
  size_t used = 0;
  double value = -1;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = text.substr(used);
  const double millionths = unit == "%" ? value * 10'000 : unit == "ppm" ? value : -1;
  if (used == 0 || !(millionths >= 0 && millionths <= 1e6)) {
    throw CLI::ValidationError("\"" + text + "\" is no share: 0.1% or 1000ppm");
  }
  return static_cast<uint32_t>(std::lround(millionths));
}

void add_share(CLI::App& app, const std::string& name, uint32_t& out, const std::string& what) {
  app.add_option_function<std::string>(
         name, [&out](const std::string& text) { out = parse_share(text); }, what)
      ->type_name("SHARE")
      ->group("Faults");
}

void take_target(const std::string& text, Options& options) {
  const auto source = config::parse_source(text);
  const bool network =
      source && (source->scheme == config::Scheme::kUdp || source->scheme == config::Scheme::kRtp);
  if (!network) {
    throw CLI::ValidationError("TO", source ? "is udp:// or rtp://" : source.error().message);
  }
  const auto address = net::IpAddress::parse(source->host);
  if (!address) {
    throw CLI::ValidationError("TO", address.error().message);
  }
  options.to = *address;
  options.port = source->port;
  options.rtp = source->scheme == config::Scheme::kRtp;
}

void add_channels(CLI::App& app, Options& options) {
  app.add_option_function<std::string>(
         "to", [&options](const std::string& text) { take_target(text, options); },
         "the first channel's address: udp://GROUP:PORT or rtp://GROUP:PORT")
      ->type_name("TO")
      ->required();
  app.add_option("file", options.files, "188-byte transport streams")->type_name("FILE");
  app.add_option("-s,--streams", options.streams, "how many channels")
      ->type_name("N")
      ->check(CLI::Range(1, 65'536))
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--step",
         [&options](const std::string& word) {
           options.step =
               choice<Step>("--step", word, {{"address", Step::kAddress}, {"port", Step::kPort}});
         },
         "what is counted up from channel to channel")
      ->type_name("address|port")
      ->default_str("address");
  app.add_option_function<std::string>(
         "-b,--bitrate",
         [&options](const std::string& text) {
           const auto rate = parse_bitrate(text);
           if (!rate || *rate < kLeastMadeBitrate) {
             throw CLI::ValidationError("--bitrate",
                                        rate ? "is at least 200kbps" : rate.error().message);
           }
           options.bitrate = *rate;
         },
         "of each channel; default: the file's PCR")
      ->type_name("RATE");
  app.add_option_function<std::string>(
         "--pace",
         [&options](const std::string& word) {
           options.pace =
               choice<Pace>("--pace", word, {{"clock", Pace::kClock}, {"max", Pace::kMax}});
         },
         "as the streams' clocks say, or as fast as it goes")
      ->type_name("clock|max")
      ->default_str("clock");
  app.add_option("--packets", options.packets, "TS packets a datagram")
      ->type_name("N")
      ->check(CLI::Range(1, 47))
      ->capture_default_str();
  tools::add_duration(
      app, "--spread", options.spread,
      "spread the channels' clocks over this long, so that they are not cut at once");
}

void add_network(CLI::App& app, Options& options) {
  app.add_option("-n,--interface", options.interface, "interface of the kernel to send on")
      ->type_name("IFACE")
      ->group("Network");
  app.add_option_function<std::string>(
         "--from",
         [&options](const std::string& text) {
           const auto address = net::IpAddress::parse(text);
           if (!address) {
             throw CLI::ValidationError("--from", address.error().message);
           }
           options.from = *address;
         },
         "source address")
      ->type_name("ADDRESS")
      ->group("Network");
  app.add_option("--ttl", options.ttl, "time to live, or hop limit")
      ->type_name("N")
      ->check(CLI::Range(0, 255))
      ->capture_default_str()
      ->group("Network");
  app.add_option("--vlan", options.vlans,
                 "VLAN tag, outermost first; frames are then built here (packet socket)")
      ->type_name("ID")
      ->check(CLI::Range(0, 4095))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Network");
  app.add_option("--device", options.device, "a DPDK port to send on, instead of an interface")
      ->type_name("DEVICE")
      ->group("Network");
  app.add_option("--eal", options.eal, "an argument for DPDK's EAL: --eal=--vdev=net_memif0,…")
      ->type_name("ARGUMENT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Network");
}

void add_end(CLI::App& app, Options& options) {
  tools::add_duration(app, "--for", options.run_for, "stop after this long");
  app.add_option("--loops", options.loops, "stop after each stream was sent so often")
      ->type_name("N");
  app.add_option("--sent", options.sent, "folder: keep what each channel sends, before faults")
      ->type_name("DIR");
  app.add_flag("--json", options.json, "the summary as JSON");
  add_share(app, "--drop", options.faults.drop, "share of datagrams that are not sent");
  add_share(app, "--duplicate", options.faults.duplicate, "that are sent twice");
  add_share(app, "--reorder", options.faults.reorder, "that are overtaken by 1 to 4 others");
  add_share(app, "--corrupt", options.faults.corrupt, "in which a bit is flipped");
  app.add_option("--seed", options.seed, "the same seed draws the same faults")
      ->type_name("N")
      ->capture_default_str()
      ->group("Faults");
  app.add_option("--log", options.log, "file for what was done to which datagram")
      ->type_name("FILE")
      ->group("Faults");
}

/// What no single option can tell is wrong.
std::string contradiction(const Options& options) {
  const bool frames = !options.vlans.empty() || !options.device.empty();
  if (!options.device.empty() && !options.interface.empty()) {
    return "--device and --interface cannot be given together";
  }
  if (options.device.empty() && options.interface.empty() && options.to.is_multicast()) {
    return "--interface is needed: by itself the system would choose one for the group";
  }
  if (frames && options.from.is_none()) {
    return "--from is needed with --vlan and --device: frames are built here";
  }
  if (frames && options.from.is_v4() != options.to.is_v4()) {
    return "--from and TO are not of one family";
  }
  if (!frames && !options.eal.empty()) {
    return "--eal is for --device";
  }
  const auto& faults = options.faults;
  if (faults.drop + faults.duplicate + faults.reorder + faults.corrupt > 1'000'000) {
    return "the faults' shares are more than all";
  }
  return {};
}

}  // namespace

Parsed parse(int argc, char** argv) {
  Options options;
  CLI::App app("Sends MPEG-TS channels as UDP or RTP, to try a headend or a recorder with.",
               "sluice-gen");
  add_channels(app, options);
  add_network(app, options);
  add_end(app, options);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return {std::nullopt, code == 0 ? 0 : 2};
  }
  if (const std::string problem = contradiction(options); !problem.empty()) {
    std::cerr << "sluice-gen: " << problem << "\n";
    return {std::nullopt, 2};
  }
  return {std::move(options), 0};
}

}  // namespace sluice::gen
