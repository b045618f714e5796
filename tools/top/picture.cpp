#include "tools/top/picture.h"

#include <algorithm>
#include <unordered_map>

namespace sluice::tools::top {
namespace {

using api::Json;

uint64_t number(const Json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_number() ? found->get<uint64_t>() : 0;
}

std::string text(const Json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<double> seconds(const Json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_number() ? std::optional(found->get<double>())
                                                 : std::nullopt;
}

uint64_t growth(uint64_t before, uint64_t now) {
  return now > before ? now - before : 0;
}

/// The elements of a list by their name, as they were in the look before.
class Earlier {
 public:
  Earlier(const Json& list, const char* key) {
    for (const Json& element : list) {
      by_name_.emplace(name(element, key), &element);
    }
  }
  /// What is new has no past, and so no rate.
  const Json& of(const Json& element, const char* key) const {
    const auto found = by_name_.find(name(element, key));
    return found == by_name_.end() ? element : *found->second;
  }

 private:
  static std::string name(const Json& element, const char* key) { return element.at(key).dump(); }
  std::unordered_map<std::string, const Json*> by_name_;
};

/// Two states of one thing, and the seconds between them.
struct Span {
  const Json& before;
  const Json& now;
  double seconds;

  double rate(uint64_t from, uint64_t to) const {
    return seconds > 0 ? static_cast<double>(growth(from, to)) / seconds : 0;
  }
  Count count(const char* key) const {
    const uint64_t total = number(now, key);
    return {total, rate(number(before, key), total)};
  }
  double bits_per_second() const { return count("bytes").rate * 8; }
};

Count operator+(const Count& one, const Count& other) {
  return {one.total + other.total, one.rate + other.rate};
}

uint64_t sum(const Json& drops) {
  uint64_t total = 0;
  for (const Json& count : drops) {
    total += count.get<uint64_t>();
  }
  return total;
}

PortRow port_row(const Span& port) {
  return {.device = text(port.now, "device"),
          .link_up = port.now.value("link_up", false),
          .bits_per_second = port.bits_per_second(),
          .datagrams = port.count("received"),
          .missed = port.count("missed") + port.count("no_mbuf"),
          .errors = port.count("errors")};
}

LcoreRow lcore_row(const Span& lcore) {
  const auto grew = [&](const char* key) {
    return static_cast<double>(growth(number(lcore.before, key), number(lcore.now, key)));
  };
  const double busy = grew("busy_cycles");
  const double all = busy + grew("idle_cycles");
  const bool receives = lcore.now.value("receives", false);
  const bool segments = lcore.now.value("segments", false);
  return {.cpu = number(lcore.now, "cpu"),
          .role = receives && segments ? "rx+segment"
                  : receives           ? "rx"
                                       : "segment",
          .busy = all > 0 ? busy / all : 0};
}

StreamRow stream_row(const Span& stream, bool running) {
  const uint64_t drops = sum(stream.now.at("drops"));
  return {.name = text(stream.now, "name"),
          .state = running ? text(stream.now, "state") : "down",
          .group = text(stream.now, "group"),
          .source = text(stream.now, "source"),
          .bits_per_second = stream.bits_per_second(),
          .datagrams = stream.count("received"),
          .cc_errors = stream.count("cc_errors"),
          .drops = {drops, stream.rate(sum(stream.before.at("drops")), drops)},
          .rtp_lost = stream.count("rtp_lost"),
          .transport_errors = number(stream.now, "transport_errors"),
          .sync_losses = number(stream.now, "sync_losses"),
          .scrambled = number(stream.now, "scrambled"),
          .forced_cuts = number(stream.now, "forced_cuts"),
          .sealed = number(stream.now, "segments_sealed"),
          .stored = number(stream.now, "segments_stored"),
          .lag = seconds(stream.now, "lag_seconds")};
}

void add_drops(const Span& all, Picture& out) {
  for (const auto& [reason, count] : all.now.at("drops").items()) {
    const Span drops{all.before.at("drops"), all.now.at("drops"), all.seconds};
    out.drops.push_back({reason, drops.count(reason.c_str())});
    out.dropped = out.dropped + out.drops.back().count;
  }
}

void add_stores(const Json& status, Picture& out) {
  out.arena_size = number(status.at("arena"), "size");
  out.arena_used = number(status.at("arena"), "used");
  out.arena_seconds = seconds(status.at("arena"), "seconds_left");
  out.store_state = text(status.at("store"), "state");
  out.store_error = text(status.at("store"), "error");
  out.segments_waiting = number(status.at("store"), "segments_waiting");
}

void add_lists(const Span& all, Picture& out) {
  const Earlier ports(all.before.at("ports"), "device");
  for (const Json& port : all.now.at("ports")) {
    out.ports.push_back(port_row({ports.of(port, "device"), port, all.seconds}));
  }
  const Json& lcores = all.now.at("lcores");
  const Json& lcores_before = all.before.at("lcores");
  for (size_t i = 0; i < lcores.size(); ++i) {
    // In the order of their slots: two may share a CPU.
    out.lcores.push_back(lcore_row(
        {lcores_before.size() == lcores.size() ? lcores_before[i] : lcores[i], lcores[i], 0}));
  }
  const Earlier streams(all.before.at("streams"), "name");
  for (const Json& stream : all.now.at("streams")) {
    out.streams.push_back(
        stream_row({streams.of(stream, "name"), stream, all.seconds}, out.dataplane_running));
    out.streams.back().index = out.streams.size() - 1;
    out.bits_per_second += out.streams.back().bits_per_second;
    out.cc_errors = out.cc_errors + out.streams.back().cc_errors;
  }
}

}  // namespace

bool StreamRow::troubled() const {
  return state != "receiving" || cc_errors.rate > 0 || drops.rate > 0;
}

Picture picture(const Look& before, const Look& now) {
  Picture out;
  out.status = now.status;
  out.before = before.status;
  out.seconds = std::chrono::duration<double>(now.at - before.at).count();
  out.utc = now.utc;
  out.dataplane_running = now.dataplane_running;
  out.control_running = now.control_running;
  const Span all{out.before, out.status, out.seconds};
  out.datagrams = all.count("received");
  add_drops(all, out);
  add_stores(out.status, out);
  add_lists(all, out);
  return out;
}

}  // namespace sluice::tools::top
