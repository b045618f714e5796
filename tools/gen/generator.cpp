#include "tools/gen/generator.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice::gen {

Generator::Generator(const Options& options, std::vector<Channel> channels, Outlet& outlet,
                     FaultLog& log)
    : options_(options), channels_(std::move(channels)), outlet_(outlet), log_(log) {
  for (const Channel& channel : channels_) {
    largest_ = std::max(largest_, channel.largest());
  }
  buffer_.resize(largest_ * Outlet::kBatch);
  batch_.reserve(Outlet::kBatch);
}

Generator::~Generator() {
  for (std::FILE* file : kept_) {
    std::fclose(file);
  }
}

Status Generator::prepare() {
  if (options_.sent.empty()) {
    return {};
  }
  std::error_code error;
  std::filesystem::create_directories(options_.sent, error);
  for (const Channel& channel : channels_) {
    char name[32];
    std::snprintf(name, sizeof name, "channel-%05u.ts", channel.number());
    std::FILE* file = std::fopen((options_.sent / name).c_str(), "wb");
    if (file == nullptr) {
      return fail("cannot write " + (options_.sent / name).string() + ": " + std::strerror(errno));
    }
    kept_.push_back(file);
  }
  return {};
}

uint64_t Generator::elapsed_ns() const {
  return static_cast<uint64_t>((std::chrono::steady_clock::now() - begin_).count());
}

Sent Generator::run(StopSignal& stop, const std::function<void(const Sent&)>& each_second) {
  constexpr uint64_t kSecond = 1'000'000'000;
  begin_ = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < channels_.size(); ++i) {
    due_.push({channels_[i].due_ns(), i});
  }
  uint64_t next_report = kSecond;
  uint64_t made = 0;
  while (!due_.empty()) {
    const Due next = due_.top();
    due_.pop();
    const bool slept = options_.pace == Pace::kClock && wait_until(next.ns, stop);
    // While there is no rest, clock and stop are looked at once a batch: that costs nothing.
    const bool look = slept || made++ % Outlet::kBatch == 0;
    if (look && over(stop)) {
      break;
    }
    Channel& channel = channels_[next.channel];
    make(channel);
    if (!channel.ended()) {
      // As fast as they can, channels take turns.
      due_.push(
          {options_.pace == Pace::kClock ? channel.due_ns() : channel.datagrams(), next.channel});
    }
    if (look && elapsed_ns() >= next_report) {
      next_report += kSecond;
      sent_.seconds = static_cast<double>(elapsed_ns()) / 1e9;
      each_second(sent_);
    }
  }
  for (Channel& channel : channels_) {
    release(channel, true);
  }
  flush();
  sent_.seconds = static_cast<double>(elapsed_ns()) / 1e9;
  return sent_;
}

bool Generator::over(StopSignal& stop) {
  return stop.asked() ||
         (options_.run_for && elapsed_ns() >= static_cast<uint64_t>(options_.run_for->count()));
}

/// Sends what waits before it sleeps, and sleeps only if it is worth it. @return whether it did
bool Generator::wait_until(uint64_t ns, StopSignal& stop) {
  constexpr uint64_t kWorthSleeping = 50'000;
  constexpr uint64_t kLongestSleep = 50'000'000;
  uint64_t now = elapsed_ns();
  if (now >= ns) {
    sent_.late_ns = std::max(sent_.late_ns, now - ns);
    return false;
  }
  flush();
  bool slept = false;
  for (; now + kWorthSleeping < ns && !over(stop); now = elapsed_ns()) {
    const uint64_t wake = std::min(ns, now + kLongestSleep);
    const auto until = (begin_ + std::chrono::nanoseconds(wake)).time_since_epoch().count();
    const timespec at{.tv_sec = until / 1'000'000'000, .tv_nsec = until % 1'000'000'000};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
    slept = true;
  }
  return slept;
}

uint8_t* Generator::room() {
  if (batch_.size() == Outlet::kBatch) {
    flush();
  }
  return &buffer_[batch_.size() * largest_];
}

void Generator::make(Channel& channel) {
  uint8_t* const out = room();
  const size_t size = channel.next(out);
  const size_t header = channel.header_size();
  keep(channel, {out + header, size - header});
  const Fault fault = channel.dice().roll(size - header);
  if (fault.kind != Fault::Kind::kNone) [[unlikely]] {
    log_.add(channel.number(), channel.datagrams() - 1, fault);
  }
  switch (fault.kind) {
    case Fault::Kind::kDrop:
      break;
    case Fault::Kind::kReorder:
      channel.held.push_back({channel.datagrams() + fault.by, {out, out + size}});
      break;
    case Fault::Kind::kCorrupt:
      out[header + fault.offset] ^= fault.flipped;
      enqueue(channel, out, size);
      break;
    case Fault::Kind::kDuplicate: {
      enqueue(channel, out, size);
      uint8_t* const again = room();
      if (again != out) {
        std::memcpy(again, out, size);
      }
      enqueue(channel, again, size);
      break;
    }
    case Fault::Kind::kNone:
      enqueue(channel, out, size);
      break;
  }
  release(channel, false);
}

void Generator::keep(const Channel& channel, Bytes payload) {
  if (!kept_.empty()) {
    std::fwrite(payload.data(), 1, payload.size(), kept_[channel.number()]);
  }
}

void Generator::enqueue(const Channel& channel, uint8_t* bytes, size_t size) {
  batch_.push_back({.channel = channel.number(), .payload = {bytes, size}});
  ++sent_.datagrams;
  sent_.bytes += size;
}

/// Lets go of datagrams that enough others have overtaken.
void Generator::release(Channel& channel, bool all) {
  while (!channel.held.empty() && (all || channel.held.front().until <= channel.datagrams())) {
    const std::vector<uint8_t> bytes = std::move(channel.held.front().bytes);
    channel.held.pop_front();
    uint8_t* const out = room();
    std::memcpy(out, bytes.data(), bytes.size());
    enqueue(channel, out, bytes.size());
  }
}

void Generator::flush() {
  if (!batch_.empty()) {
    sent_.failed += outlet_.send(batch_);
    batch_.clear();
  }
}

}  // namespace sluice::gen
