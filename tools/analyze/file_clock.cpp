#include "tools/analyze/file_clock.h"

#include <algorithm>

#include "dataplane/media/timestamp.h"

namespace sluice::tools::analyze {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

}  // namespace

std::optional<int64_t> FileClock::at(uint64_t number) {
  if (!begun_) has_time_ = begin();
  begun_ = true;
  if (!has_time_) return {};
  while (number >= to_.number && !ended_) go_on();
  const auto packets = static_cast<double>(static_cast<int64_t>(number - from_.number));
  const auto since_ns = static_cast<int64_t>(packets * ns_per_packet_);
  return from_.ns + (ended_ ? std::max<int64_t>(since_ns - kSecondNs, 0) : since_ns);
}

std::optional<FileClock::Mark> FileClock::find() {
  while (const auto step = ahead_.next()) {
    const media::TsHeader header = step->packet.header();
    if (!header.has_adaptation_field() || header.transport_error()) continue;
    if ((pid_ && header.pid() != *pid_) || !step->packet.has_pcr()) continue;
    pid_ = header.pid();
    return Mark{step->number, step->packet.pcr(), 0};
  }
  return {};
}

/// The packets in front of the first PCR have the pace of those behind it.
bool FileClock::begin() {
  const auto first = find();
  if (!first) return false;
  from_ = to_ = *first;
  go_on();
  if (ns_per_packet_ == 0) return false;
  const auto before = static_cast<int64_t>(static_cast<double>(first->number) * ns_per_packet_);
  from_.ns += before;
  to_.ns += before;
  return true;
}

void FileClock::go_on() {
  const auto next = find();
  from_ = to_;
  if (!next) {
    ended_ = true;
    return;
  }
  const int64_t step_ns = media::pcr_distance(from_.pcr, next->pcr) * 1000 / 27;
  const auto packets = static_cast<double>(next->number - from_.number);
  const auto expected_ns = static_cast<int64_t>(packets * ns_per_packet_);
  const bool is_jump = step_ns <= 0 || step_ns > std::max(kSecondNs, 4 * expected_ns);
  to_ = *next;
  to_.ns = from_.ns + (is_jump ? expected_ns : step_ns);
  if (!is_jump) ns_per_packet_ = static_cast<double>(step_ns) / packets;
}

}  // namespace sluice::tools::analyze
