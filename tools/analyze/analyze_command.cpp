#include "tools/analyze/analyze_command.h"

#include <iostream>

#include "config/base/clock.h"
#include "config/base/stop_signal.h"
#include "config/source_url.h"
#include "tools/analyze/datagrams.h"
#include "tools/analyze/file_clock.h"
#include "tools/analyze/live_socket.h"
#include "tools/analyze/print_report.h"
#include "tools/analyze/running_stream.h"
#include "tools/capture_flow.h"
#include "tools/progress.h"
#include "tools/ts_file.h"

namespace sluice::tools {
namespace {

using namespace analyze;

constexpr int kFailed = 1;

/// When to look whether to go on: often enough for a hand on Ctrl-C, too seldom to cost.
class Limit {
 public:
  explicit Limit(const std::optional<std::chrono::nanoseconds>& run_for) : run_for_(run_for) {}

  /// Whether to stop before the end. @param seconds  of the stream that have been measured
  bool reached(double seconds) {
    constexpr unsigned kEvery = 8192;
    if (++looks_ % kEvery == 0 && stop_.asked()) stopped_ = true;
    if (run_for_ && seconds * 1e9 >= static_cast<double>(run_for_->count())) stopped_ = true;
    return stopped_;
  }
  bool asked() { return stopped_ = stopped_ || stop_.asked(); }
  bool stopped() const { return stopped_; }

 private:
  StopSignal stop_;
  const std::optional<std::chrono::nanoseconds> run_for_;
  unsigned looks_ = 0;
  bool stopped_ = false;
};

Result<Json> analyze_ts_file(const AnalyzeOptions& options) {
  const auto file = MappedFile::open(options.input);
  if (!file) return fail(file.error());
  FileClock clock(file->bytes());
  TsWalk walk(file->bytes());
  const bool has_time = clock.at(0).has_value();
  const auto measurement = std::make_unique<Measurement>(has_time ? Measurement::Times::kPlace
                                                                  : Measurement::Times::kNone);
  Limit limit(options.run_for);
  Progress progress(file->bytes().size());
  if (!has_time) measurement->set_time(0);
  while (const auto step = walk.next()) {
    if (has_time) measurement->set_time(*clock.at(step->number));
    measurement->take_bad_sync(step->bad_sync);
    measurement->take(step->packet, step->number);
    if (limit.reached(measurement->seconds())) break;
    progress.at(walk.position());
  }
  measurement->take_bad_sync(walk.bad_at_end());
  measurement->finish();
  if (measurement->packets() == 0) {
    return fail(options.input +
                " holds no MPEG-TS: no sync bytes 188, 192 or 204 bytes apart were found in it");
  }
  Origin origin;
  origin.input = options.input;
  origin.kind = "file";
  origin.packet_size = walk.stride();
  origin.skipped = walk.skipped();
  origin.was_stopped = limit.stopped();
  return report_json(origin, *measurement);
}

void take_figures(Origin& origin, const Datagrams& datagrams) {
  origin.rtp = datagrams.rtp();
  origin.datagrams = datagrams.taken();
  origin.no_ts = datagrams.without_ts();
}

Result<Json> analyze_capture(const AnalyzeOptions& options) {
  const auto flows = find_ts_flows(options.input);
  if (!flows) return fail(flows.error());
  Origin origin;
  origin.input = options.input;
  origin.kind = "capture";
  const CaptureFlow* chosen = options.flow.empty() ? &flows->front() : nullptr;
  for (const CaptureFlow& flow : *flows) {
    if (chosen == nullptr && flow.url().substr(3) == options.flow.substr(3)) chosen = &flow;
    origin.flows.push_back({flow.url(), flow.ts_packets, false});
  }
  if (chosen == nullptr) {
    std::string message = options.input + " holds no flow " + options.flow + "; it holds";
    for (const Flow& flow : origin.flows) message += " " + flow.url;
    return fail(std::move(message));
  }
  origin.flows[static_cast<size_t>(chosen - flows->data())].is_chosen = true;
  if (chosen->cut_short > 0) {
    std::cerr << "sluice analyze: " << chosen->cut_short << " frames are not whole in "
              << options.input << ": capture them whole (tcpdump -s 0)\n";
  }
  const auto measurement = std::make_unique<Measurement>(Measurement::Times::kArrival);
  Datagrams datagrams(*measurement);
  Limit limit(options.run_for);
  const Status read = read_flow(options.input, *chosen, [&](Bytes payload, int64_t arrival_ns) {
    if (limit.reached(measurement->seconds())) return;
    datagrams.take(payload, arrival_ns);
  });
  if (!read) std::cerr << "sluice analyze: " << read.error().message << '\n';
  datagrams.finish();
  measurement->finish();
  take_figures(origin, datagrams);
  origin.was_stopped = limit.stopped();
  return report_json(origin, *measurement);
}

Result<Json> analyze_live(const AnalyzeOptions& options) {
  constexpr std::chrono::seconds kAWhile(10);
  const auto source = config::parse_source(options.input);
  if (!source) return fail(source.error());
  const auto address = net::IpAddress::parse(source->host);
  if (!address) return fail(address.error());
  auto socket = LiveSocket::open(*address, source->port, options.interface);
  if (!socket) return fail(socket.error());
  const auto measurement = std::make_unique<Measurement>(Measurement::Times::kArrival);
  Datagrams datagrams(*measurement);
  Limit limit({});
  const SystemClock clock;
  const auto end = clock.monotonic() + options.run_for.value_or(kAWhile);
  while (clock.monotonic() < end && !limit.asked()) {
    if (const auto datagram = socket->next()) datagrams.take(datagram->bytes, datagram->arrival_ns);
  }
  datagrams.finish();
  measurement->finish();
  if (datagrams.taken() == 0) {
    return fail("nothing came from " + options.input +
                (options.interface.empty() ? "" : " on " + options.interface));
  }
  Origin origin;
  origin.input = options.input;
  origin.kind = "live";
  origin.dropped = socket->dropped();
  take_figures(origin, datagrams);
  return report_json(origin, *measurement);
}

Result<Json> analyze_input(const AnalyzeOptions& options) {
  if (!options.config.empty()) return running_stream(options.config, options.input);
  if (options.input.find("://") != std::string::npos) return analyze_live(options);
  if (!std::filesystem::exists(options.input)) return fail("there is no file " + options.input);
  return is_capture(options.input) ? analyze_capture(options) : analyze_ts_file(options);
}

bool is_raised(const Json& report, unsigned priority) {
  for (const Json& indicator : report["indicators"]) {
    if (indicator["priority"] <= priority && indicator["count"] != 0) return true;
  }
  return false;
}

}  // namespace

int analyze_command(const AnalyzeOptions& options) {
  const auto report = analyze_input(options);
  if (!report) {
    std::cerr << "sluice analyze: " << report.error().message << '\n';
    return kFailed;
  }
  if (options.json) {
    std::cout << report->dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else if ((*report)["kind"] == "appliance") {
    print_running(*report, std::cout);
  } else {
    print_report(*report, std::cout);
  }
  return options.fail_on > 0 && is_raised(*report, options.fail_on) ? kFailed : 0;
}

}  // namespace sluice::tools
