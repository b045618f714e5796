#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/upload/archiver.h"
#include "storage/arena/writer.h"
#include "tests/control/upload/fake_store.h"

namespace sluice::upload {

using namespace std::chrono_literals;

inline std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// An arena that the test fills, a store in memory, and a control that can be started and killed at
/// will. Time stands still but for `clock_`.
class ArchiveTest : public testing::Test {
 protected:
  static constexpr auto kSegment = 10s;

  ArchiveTest() {
    // In memory where there is such a place: each commit to the catalog waits for the medium.
    std::string name =
        (std::filesystem::is_directory("/dev/shm") ? std::string("/dev/shm") : testing::TempDir()) +
        "/sluice-archive-XXXXXX";
    folder_ = mkdtemp(name.data());
    appliance_.arena.path = folder_ / "arena";
    appliance_.control.urls_log = folder_ / "urls.log";
    appliance_.storage.prefix = "tv/";
    appliance_.streams.push_back({.name = StreamId::parse("news").value()});
    std::filesystem::create_directories(appliance_.arena.path);
    start_dataplane();
  }
  ~ArchiveTest() override {
    kill_control();
    std::filesystem::remove_all(folder_);
  }

  void start_dataplane() {
    writer_.reset();
    writer_ = arena::ArenaWriter::open({appliance_.arena.path, 64 * 256 * 1024, 16}).value();
    entry_ = writer_->enter(StreamId::parse("news").value(), "tv/news/").value();
  }

  void start_control() {
    catalog_ = std::make_unique<catalog::Catalog>(
        catalog::Catalog::open(catalog::catalog_path(appliance_)).value());
    archiver_ =
        std::make_unique<Archiver>(Archiver::Parts{.appliance = appliance_,
                                                   .clock = clock_,
                                                   .catalog = *catalog_,
                                                   .page = *page_,
                                                   .store = std::make_unique<FakeStore>(bucket_),
                                                   .random = [] { return 0.99; }});
  }
  /// What a kill leaves: nothing is flushed, answered or released.
  void kill_control() {
    archiver_.reset();
    catalog_.reset();
  }

  void turn(int count = 1) {
    while (count-- > 0) {
      archiver_->turn(0ms);
    }
  }
  /// Lets time go by in steps, with a turn in each.
  void turn_for(std::chrono::milliseconds time, std::chrono::milliseconds step = 100ms) {
    for (; time > 0ms; time -= step) {
      clock_.advance(step);
      turn();
    }
  }
  /// Turns until everything is stored and published.
  void drain() {
    archiver_->flush();
    for (int i = 0; i < 10'000; ++i) {
      clock_.advance(20ms);
      turn();
      if (archiver_->idle()) {
        return;
      }
    }
    FAIL() << "never idle";
  }

  /// Seals the next segment; its bytes tell its number.
  void seal(std::chrono::milliseconds duration = kSegment, bool discontinuity = false) {
    arena::DiscontinuitySet reasons;
    if (discontinuity) {
      reasons.add(arena::Discontinuity::kLoss);
    }
    sealed_.push_back("segment " + std::to_string(sealed_.size()) + std::string(1000, '.'));
    seal_bytes(as_bytes(sealed_.back()), arena::Cut::kIdr, duration, reasons);
  }
  void seal_bytes(Bytes bytes, arena::Cut cut, std::chrono::milliseconds duration = kSegment,
                  arena::DiscontinuitySet discontinuity = {}) {
    arena::SegmentWriter segment = writer_->begin(entry_);
    ASSERT_TRUE(segment);
    arena::SegmentRecord& record = segment.record();
    record.start_utc_ns = to_ns(media_time_);
    record.end_utc_ns = to_ns(media_time_ + duration);
    record.duration_90k = static_cast<uint64_t>(duration.count()) * 90;
    record.cut = cut;
    record.discontinuity = discontinuity;
    record.target_90k = 10 * 90'000;
    ASSERT_TRUE(segment.append(bytes));
    segment.commit(segment.appended());
    segment.seal();
    media_time_ += duration;
  }

  std::string object(const std::string& key) const {
    const auto it = bucket_.objects.find(key);
    return it == bucket_.objects.end() ? "(none)" : it->second;
  }
  /// Bodies of the stored segments, in the order of their keys, which is that of time.
  std::vector<std::string> stored_segments() const {
    std::vector<std::string> bodies;
    for (const auto& [key, body] : bucket_.objects) {
      if (key.ends_with(".ts")) {
        bodies.push_back(body);
      }
    }
    return bodies;
  }
  void expect_nothing_missing_and_nothing_twice() {
    EXPECT_EQ(stored_segments(), sealed_);
    const auto rows = catalog_->read().range("news", 0, INT64_MAX).value();
    ASSERT_EQ(rows.size(), sealed_.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].sequence, i);
      EXPECT_EQ(rows[i].state, catalog::SegmentState::kStored);
      EXPECT_EQ(object(rows[i].key), sealed_[i]);
    }
    EXPECT_EQ(writer_->segments_held(), 0u);
  }

  /// Values of a tag in a playlist, in order.
  static std::vector<std::string> values(const std::string& text, const std::string& tag) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(tag)) {
        out.push_back(line.substr(tag.size()));
      }
    }
    return out;
  }
  static std::vector<std::string> uris(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line[0] != '#') {
        out.push_back(line);
      }
    }
    return out;
  }

  std::filesystem::path folder_;
  config::Appliance appliance_;
  ManualClock clock_{*parse_rfc3339("2025-01-16T06:30:00Z")};
  Utc media_time_ = *parse_rfc3339("2025-01-16T06:30:00Z");
  FakeBucket bucket_;
  std::unique_ptr<arena::ControlPage> page_ = std::make_unique<arena::ControlPage>();
  std::unique_ptr<arena::ArenaWriter> writer_;
  uint32_t entry_ = 0;
  std::vector<std::string> sealed_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<Archiver> archiver_;
};

}  // namespace sluice::upload
