#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/segment/segmenter.h"

using namespace sluice;

namespace {

/// Counts bytes, as much as fits.
class CountingOutput final : public segment::SegmentOutput {
 public:
  explicit CountingOutput(uint64_t room) : room_(room) {}
  bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept override {
    if (open_) __builtin_trap();
    if (room_ == 0) return false;
    record_ = record;
    size_ = prefix.size();
    committed_ = 0;
    return open_ = true;
  }
  bool is_open() const noexcept override { return open_; }
  arena::SegmentRecord& record() noexcept override { return record_; }
  bool append(Bytes packets) noexcept override {
    if (!open_) __builtin_trap();
    if (packets.size() > room_) return false;
    room_ -= packets.size();
    size_ += packets.size();
    return true;
  }
  uint64_t appended() const noexcept override { return size_; }
  void commit(uint64_t bytes) noexcept override {
    if (bytes < committed_ || bytes > size_) __builtin_trap();
    committed_ = bytes;
  }
  bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept override {
    if (!open_ || offset < committed_ || offset > size_) __builtin_trap();
    const uint64_t tail = size_ - offset;
    open_ = false;
    if (room_ == 0 || !open(next, prefix)) return false;
    size_ += tail;
    return true;
  }
  void seal() noexcept override { open_ = false; }

 private:
  uint64_t room_;
  arena::SegmentRecord record_;
  uint64_t size_ = 0;
  uint64_t committed_ = 0;
  bool open_ = false;
};

}  // namespace

/// Any bytes as datagrams: nothing is read outside them, and each is accounted for once.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  segment::SegmenterSpec spec;
  spec.rtp = (data[0] & 1) != 0;
  spec.segment.inject_pat_pmt = (data[0] & 2) != 0;
  CountingOutput output((data[0] & 4) != 0 ? UINT64_MAX : uint64_t{data[1]} * 188);
  arena::StreamStats stats{};
  segment::Segmenter segmenter(spec, output, stats);
  const size_t step = (1 + data[2] % 8) * size_t{188} + (data[3] < 32 ? data[3] : 0);
  int64_t now = 0;
  for (Bytes rest(data + 4, size - 4); !rest.empty();) {
    const size_t n = std::min(step, rest.size());
    const std::vector<uint8_t> datagram(rest.begin(), rest.begin() + static_cast<long>(n));
    segmenter.push(datagram, now);
    if (n % 3 != 0) segmenter.commit();
    now += 700'000'000;
    rest = rest.subspan(n);
  }
  segmenter.finish();
  uint64_t told = stats.committed.get();
  for (const auto& drop : stats.drops.by_reason) told += drop.get();
  if (told != stats.received.get()) __builtin_trap();
  return 0;
}
