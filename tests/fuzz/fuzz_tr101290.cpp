#include <algorithm>
#include <cstdlib>
#include <memory>

#include "dataplane/media/tr101290_monitor.h"

using namespace sluice;

/// Pieces of a byte that says what happens to the clock and how many of the packets that follow are
/// shown, and the packets.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  media::Tr101290Monitor monitor;
  std::array<media::ContinuityCounter, 16> counters{};
  Bytes rest(data, size);
  int64_t now_ns = 0;
  uint64_t number = 0;
  while (rest.size() > media::kTsPacketSize) {
    const uint8_t what = rest[0];
    rest = rest.subspan(1);
    now_ns += (what & 0x40) != 0 ? -media::kSecondNs : int64_t{what & 0x3f} * 20'000'000;
    if ((what & 0x80) != 0) monitor.take_bad_sync(what & 3);
    monitor.set_time(now_ns);
    for (int i = what & 7; i >= 0 && rest.size() >= media::kTsPacketSize; --i) {
      const media::TsPacket packet(rest.data());
      const media::TsHeader header = packet.header();
      monitor.take(packet, header, counters[header.pid() % counters.size()].check(packet),
                   number++);
      rest = rest.subspan(media::kTsPacketSize);
    }
  }
  monitor.finish();
  uint64_t sum = 0;
  for (size_t i = 0; i < media::kIndicatorCount; ++i) {
    sum += monitor.counts()[static_cast<media::Indicator>(i)].count;
  }
  if (sum != monitor.counts().total()) std::abort();
  return 0;
}
