#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "dataplane/media/ts_packet.h"
#include "dataplane/segment/segmenter.h"

using namespace sluice;
using media::kTsPacketSize;

namespace {

/// Keeps what is sealed, without the packets that were put in front, as long as there is room.
class JoinedOutput final : public segment::SegmentOutput {
 public:
  explicit JoinedOutput(uint64_t room) : room_(room) {}
  bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept override {
    if (open_) std::abort();
    if (room_ == 0) return false;
    begin(record, prefix);
    return true;
  }
  bool is_open() const noexcept override { return open_; }
  arena::SegmentRecord& record() noexcept override { return record_; }
  bool append(Bytes packets) noexcept override {
    if (!open_) std::abort();
    if (packets.size() > room_) return false;
    room_ -= packets.size();
    bytes_.insert(bytes_.end(), packets.begin(), packets.end());
    return true;
  }
  uint64_t appended() const noexcept override { return bytes_.size(); }
  void commit(uint64_t bytes) noexcept override {
    if (bytes < committed_ || bytes > bytes_.size()) std::abort();
    committed_ = bytes;
  }
  bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept override {
    if (!open_ || offset < committed_ || offset > bytes_.size()) std::abort();
    const std::vector<uint8_t> tail(bytes_.begin() + static_cast<ptrdiff_t>(offset), bytes_.end());
    committed_ = offset;
    seal();
    if (room_ == 0) return false;
    begin(next, prefix);
    bytes_.insert(bytes_.end(), tail.begin(), tail.end());
    return true;
  }
  void seal() noexcept override {
    if (!open_) std::abort();
    open_ = false;
    if (committed_ == 0) return;
    const uint64_t injected = record_.injected_packets * kTsPacketSize;
    if (committed_ != injected + record_.ts_packets * kTsPacketSize) std::abort();
    joined.insert(joined.end(), bytes_.begin() + static_cast<ptrdiff_t>(injected),
                  bytes_.begin() + static_cast<ptrdiff_t>(committed_));
  }

  std::vector<uint8_t> joined;

 private:
  void begin(const arena::SegmentRecord& record, Bytes prefix) {
    record_ = record;
    if (prefix.size() != record.injected_packets * kTsPacketSize) std::abort();
    bytes_.assign(prefix.begin(), prefix.end());
    committed_ = 0;
    open_ = true;
  }

  uint64_t room_;
  arena::SegmentRecord record_;
  std::vector<uint8_t> bytes_;
  uint64_t committed_ = 0;
  bool open_ = false;
};

/// Makes whole packets of a datagram that is as long as such, and keeps them.
void mend(std::vector<uint8_t>& datagram, std::vector<uint8_t>& packets) {
  for (size_t at = 0; at < datagram.size(); at += kTsPacketSize) datagram[at] = media::kTsSync;
  packets.insert(packets.end(), datagram.begin(), datagram.end());
}

struct Choices {
  bool rtp = false;
  bool inject = false;
  bool roomy = false;
  bool one_program = false;
  bool mended = false;
  uint64_t room = 0;
  size_t datagram = 0;

  explicit Choices(const uint8_t* data)
      : rtp((data[0] & 1) != 0),
        inject((data[0] & 2) != 0),
        roomy((data[0] & 4) != 0),
        one_program((data[0] & 8) != 0),
        mended((data[0] & 16) != 0),
        room(roomy ? UINT64_MAX : uint64_t{data[1]} * kTsPacketSize),
        datagram((1 + data[2] % 8) * kTsPacketSize + (data[3] < 32 ? data[3] : 0)) {}
};

segment::SegmenterSpec spec_of(const Choices& choices) {
  segment::SegmenterSpec spec;
  spec.rtp = choices.rtp;
  // Short segments, so that short inputs have several.
  spec.segment = {.target = std::chrono::milliseconds(200),
                  .max = std::chrono::milliseconds(600),
                  .inject_pat_pmt = choices.inject};
  if (choices.one_program) spec.program = {config::Program::Kind::kNumber, 1};
  return spec;
}

}  // namespace

/// Four bytes of choices, then datagrams: none is read beyond its end, each is accounted for once,
/// and what is archived is the packets that came, in order, where all were in sync and neither room
/// nor a programme was wanting.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  const Choices choices(data);
  JoinedOutput output(choices.room);
  arena::StreamStats stats{};
  segment::Segmenter segmenter(spec_of(choices), output, stats);
  std::vector<uint8_t> expected;
  int64_t now = 0;
  for (Bytes rest(data + 4, size - 4); !rest.empty();) {
    const size_t n = std::min(choices.datagram, rest.size());
    // A copy of its own, for the sanitizer to see a read beyond it.
    std::vector<uint8_t> datagram(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(n));
    if (choices.mended && n % kTsPacketSize == 0) mend(datagram, expected);
    segmenter.push(datagram, now);
    if (n % 3 != 0) segmenter.commit();
    now += 40'000'000;
    if (n % 5 == 0) segmenter.tick(now + data[1] * 10'000'000);
    rest = rest.subspan(n);
  }
  segmenter.finish();
  uint64_t told = stats.committed.get();
  for (const auto& drop : stats.drops.by_reason) told += drop.get();
  if (told != stats.received.get()) std::abort();
  const bool all = choices.roomy && !choices.rtp && !choices.one_program && choices.mended &&
                   choices.datagram % kTsPacketSize == 0 && (size - 4) % kTsPacketSize == 0;
  if (all && output.joined != expected) std::abort();
  return 0;
}
