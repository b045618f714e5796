#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "dataplane/segment/output.h"

namespace sluice::segment {

/// Keeps segments in memory and holds the segmenter to the rules of SegmentOutput.
class MemoryOutput final : public SegmentOutput {
 public:
  struct Segment {
    arena::SegmentRecord record;
    std::vector<uint8_t> bytes;
  };

  bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept override {
    EXPECT_FALSE(open_);
    if (room_ == 0) return false;
    now_ = {record, {prefix.begin(), prefix.end()}};
    committed_ = 0;
    return open_ = true;
  }
  bool is_open() const noexcept override { return open_; }
  arena::SegmentRecord& record() noexcept override { return now_.record; }
  bool append(Bytes packets) noexcept override {
    EXPECT_TRUE(open_);
    if (packets.size() > room_) return false;
    room_ -= packets.size();
    now_.bytes.insert(now_.bytes.end(), packets.begin(), packets.end());
    return true;
  }
  uint64_t appended() const noexcept override { return now_.bytes.size(); }
  void commit(uint64_t bytes) noexcept override {
    EXPECT_GE(bytes, committed_);
    EXPECT_LE(bytes, now_.bytes.size());
    committed_ = bytes;
  }
  bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept override {
    EXPECT_GE(offset, committed_);
    EXPECT_LE(offset, now_.bytes.size());
    std::vector<uint8_t> tail(now_.bytes.begin() + static_cast<long>(offset), now_.bytes.end());
    now_.bytes.resize(offset);
    committed_ = offset;
    seal();
    if (room_ == 0) return false;
    now_ = {next, {prefix.begin(), prefix.end()}};
    now_.bytes.insert(now_.bytes.end(), tail.begin(), tail.end());
    committed_ = 0;
    return open_ = true;
  }
  void seal() noexcept override {
    EXPECT_TRUE(open_);
    now_.bytes.resize(committed_);
    if (committed_ > 0) segments.push_back(now_);
    open_ = false;
  }

  uint64_t committed() const { return committed_; }
  void set_room(uint64_t bytes) { room_ = bytes; }

  std::vector<uint8_t> joined() const {
    std::vector<uint8_t> all;
    for (const Segment& s : segments) all.insert(all.end(), s.bytes.begin(), s.bytes.end());
    return all;
  }

  std::vector<Segment> segments;

 private:
  Segment now_;
  bool open_ = false;
  uint64_t committed_ = 0;
  uint64_t room_ = UINT64_MAX;
};

}  // namespace sluice::segment
