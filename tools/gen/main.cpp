#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "config/base/log.h"
#include "config/base/stop_signal.h"
#include "tools/gen/generator.h"
#include "tools/gen/made_channel.h"
#include "tools/gen/options.h"

namespace sluice::gen {
namespace {

Result<LoopedTs> load(const std::filesystem::path& file, uint64_t bitrate) {
  std::ifstream in(file, std::ios::binary);
  std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in && bytes.empty()) {
    return fail("cannot read " + file.string());
  }
  auto ts = LoopedTs::make(std::move(bytes), bitrate);
  return ts ? std::move(ts) : fail(file.string() + " " + ts.error().message);
}

Result<std::deque<LoopedTs>> load_all(const Options& options) {
  constexpr uint64_t kMadeBitrate = 4'000'000;
  std::deque<LoopedTs> all;
  if (options.files.empty()) {
    auto made =
        LoopedTs::make(made_channel(options.bitrate > 0 ? options.bitrate : kMadeBitrate), 0);
    if (!made) {
      return fail(made.error());
    }
    all.push_back(std::move(*made));
  }
  for (const auto& file : options.files) {
    auto ts = load(file, options.bitrate);
    if (!ts) {
      return fail(ts.error());
    }
    all.push_back(std::move(*ts));
  }
  return all;
}

net::IpAddress count_up(const net::IpAddress& address, uint32_t by) {
  auto bytes = address.bytes();
  for (size_t i = bytes.size(); by > 0 && i-- > 12; by >>= 8) {
    const uint32_t sum = bytes[i] + (by & 0xff);
    bytes[i] = static_cast<uint8_t>(sum);
    by += sum > 0xff ? 0x100 : 0;
  }
  return address.is_v4() ? net::IpAddress::v4(&bytes[12]) : net::IpAddress::v6(bytes.data());
}

std::vector<Destination> destinations(const Options& options) {
  std::vector<Destination> all;
  for (unsigned i = 0; i < options.streams; ++i) {
    const bool by_address = options.step == Step::kAddress;
    all.push_back({by_address ? count_up(options.to, i) : options.to,
                   static_cast<uint16_t>(options.port + (by_address ? 0 : i))});
  }
  return all;
}

std::vector<Channel> channels(const Options& options, const std::deque<LoopedTs>& streams) {
  std::vector<Channel> all;
  for (unsigned i = 0; i < options.streams; ++i) {
    const auto spread = static_cast<uint64_t>(options.spread.count()) * 9 / 100'000;
    all.emplace_back(Channel::Spec{.ts = &streams[i % streams.size()],
                                   .number = i,
                                   .rtp = options.rtp,
                                   .packets = options.packets,
                                   .ticks = spread * i / options.streams,
                                   .loops = options.loops,
                                   .faults = options.faults,
                                   .seed = options.seed});
  }
  return all;
}

Result<std::unique_ptr<Outlet>> open_outlet(const Options& options) {
  if (!options.device.empty()) {
    return open_dpdk(options, destinations(options));
  }
  if (!options.vlans.empty()) {
    return open_frames(options, destinations(options));
  }
  return open_sockets(options, destinations(options));
}

void show_progress(const Sent& now) {
  static Sent before;
  const double seconds = now.seconds - before.seconds;
  const auto datagrams = static_cast<double>(now.datagrams - before.datagrams);
  const auto bits = static_cast<double>(now.bytes - before.bytes) * 8;
  std::cerr << fmt::format("{:7.0f} s  {:10.0f} datagrams/s  {:8.3f} Gbit/s  {} failed\n",
                           now.seconds, datagrams / seconds, bits / seconds / 1e9, now.failed);
  before = now;
}

void show_summary(const Options& options, const Sent& sent, const FaultLog& log) {
  const double seconds = std::max(sent.seconds, 1e-9);
  const double pps = static_cast<double>(sent.datagrams) / seconds;
  const double gbps = static_cast<double>(sent.bytes) * 8 / seconds / 1e9;
  nlohmann::ordered_json summary{{"streams", options.streams},
                                 {"seconds", sent.seconds},
                                 {"datagrams", sent.datagrams},
                                 {"bytes", sent.bytes},
                                 {"failed", sent.failed},
                                 {"pps", pps},
                                 {"gbps", gbps},
                                 {"late_ms", static_cast<double>(sent.late_ns) / 1e6},
                                 {"faults", nlohmann::ordered_json::object()}};
  for (const auto kind : {Fault::Kind::kDrop, Fault::Kind::kDuplicate, Fault::Kind::kReorder,
                          Fault::Kind::kCorrupt}) {
    summary["faults"][to_string(kind)] = log.count(kind);
  }
  if (options.json) {
    std::cout << summary.dump() << "\n";
    return;
  }
  std::cout << fmt::format(
      "{} channels, {:.1f} s: {} datagrams ({:.0f}/s), {:.3f} Gbit/s of payload, {} did not leave; "
      "latest {:.1f} ms behind its time\n",
      options.streams, sent.seconds, sent.datagrams, pps, gbps, sent.failed,
      static_cast<double>(sent.late_ns) / 1e6);
  if (log.count(Fault::Kind::kDrop) + log.count(Fault::Kind::kDuplicate) +
          log.count(Fault::Kind::kReorder) + log.count(Fault::Kind::kCorrupt) >
      0) {
    std::cout << "faults: " << summary["faults"].dump() << "\n";
  }
}

Status generate(const Options& options) {
  StopSignal stop;
  const auto streams = load_all(options);
  if (!streams) {
    return fail(streams.error());
  }
  auto log = FaultLog::open(options.log);
  if (!log) {
    return fail(log.error());
  }
  auto outlet = open_outlet(options);
  if (!outlet) {
    return fail(outlet.error());
  }
  Generator generator(options, channels(options, *streams), **outlet, *log);
  if (auto prepared = generator.prepare(); !prepared) {
    return prepared;
  }
  const Sent sent = generator.run(stop, options.json ? [](const Sent&) {} : show_progress);
  show_summary(options, sent, *log);
  return sent.failed == 0 ? Status()
                          : fail(std::to_string(sent.failed) + " datagrams did not leave");
}

}  // namespace
}  // namespace sluice::gen

int main(int argc, char** argv) {
  sluice::set_up_log("gen");
  const auto parsed = sluice::gen::parse(argc, argv);
  if (!parsed.options) {
    return parsed.status;
  }
  if (const auto done = sluice::gen::generate(*parsed.options); !done) {
    std::cerr << "sluice-gen: " << done.error().message << "\n";
    return 1;
  }
  return 0;
}
