#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/arena/reader.h"
#include "storage/arena/writer.h"

namespace sluice::arena {

inline StreamId stream_id(std::string_view name) {
  return StreamId::parse(name).value();
}

inline std::vector<uint8_t> join(const std::vector<Bytes>& pieces) {
  std::vector<uint8_t> all;
  for (const Bytes& piece : pieces) {
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

/// `size` bytes that tell their own place in a long sequence.
inline std::vector<uint8_t> pattern(size_t from, size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) {
    const uint64_t at = from + i;
    bytes[i] = static_cast<uint8_t>((at * 2654435761U) >> 13);
  }
  return bytes;
}

/// A folder of its own for each test, and both sides of an arena in it.
class ArenaTest : public testing::Test {
 protected:
  static constexpr uint32_t kChunks = 8;

  ArenaTest() {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ranges::replace(name, '/', '-');
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("arena-" + std::to_string(getpid()) + "-" + name);
    std::filesystem::create_directories(folder_);
  }
  ~ArenaTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<ArenaWriter> open(uint32_t chunks = kChunks) {
    auto writer = ArenaWriter::open({folder_, chunks * 256ULL * 1024, 16});
    EXPECT_TRUE(writer) << writer.error().message;
    return std::move(*writer);
  }
  /// A control that has just started. It lives as long as the test, and with it the payload that it
  /// shows.
  ArenaReader* attach() {
    readers_.push_back(ArenaReader::attach(arena_files(folder_).back()).value());
    return readers_.back().get();
  }
  uint32_t enter_seeded(ArenaWriter& writer, std::string_view name, const Seed& seed = {}) {
    const uint32_t entry =
        writer.enter(stream_id(name), "archive/" + std::string(name) + "/").value();
    attach()->seed(stream_id(name), seed);
    return entry;
  }
  /// Fills a segment with the pattern and seals it.
  static void write_segment(ArenaWriter& writer, uint32_t entry, size_t bytes,
                            int64_t start_utc_ns = 0) {
    SegmentWriter segment = writer.begin(entry);
    ASSERT_TRUE(segment);
    segment.record().start_utc_ns = start_utc_ns;
    ASSERT_TRUE(segment.append(pattern(0, bytes)));
    segment.commit(segment.appended());
    segment.seal();
  }

  std::filesystem::path folder_;

 private:
  std::vector<std::unique_ptr<ArenaReader>> readers_;
};

}  // namespace sluice::arena
