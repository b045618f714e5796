#include "control/supervisor/shared_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "config/base/file_lock.h"
#include "control/supervisor/probe.h"
#include "storage/arena/reader.h"
#include "storage/arena/stats.h"
#include "storage/arena/writer.h"

namespace sluice::supervisor {
namespace {

class SharedMemory : public testing::Test {
 protected:
  SharedMemory() {
    std::string name = testing::TempDir() + "shared-XXXXXX";
    folder_ = std::filesystem::path(::mkdtemp(name.data())) / "sluice";
    std::filesystem::create_directory(folder_);
  }
  ~SharedMemory() override { std::filesystem::remove_all(folder_.parent_path()); }

  /// An arena as a dataplane leaves it that has sealed one segment.
  void leave_sealed_segment() {
    auto arena = arena::ArenaWriter::open({.folder = folder_, .size = 4 << 20});
    ASSERT_TRUE(arena) << arena.error().message;
    const auto stream = StreamId::parse("news");
    const auto entry = (*arena)->enter(*stream, "news/");
    reader()->seed(*stream, {});
    arena::SegmentWriter segment = (*arena)->begin(*entry);
    const std::vector<uint8_t> packet(188, 0x47);
    ASSERT_TRUE(segment.append(packet));
    segment.commit(packet.size());
    segment.seal();
  }

  std::unique_ptr<arena::ArenaReader> reader() {
    return std::move(*arena::ArenaReader::attach(arena::arena_files(folder_).front()));
  }

  std::filesystem::path folder_;
};

TEST_F(SharedMemory, WhatIsNotThereIsRemovedAlready) {
  EXPECT_TRUE(remove_shared_memory(folder_ / "nothing"));
}

TEST_F(SharedMemory, StaysWhileASegmentWaitsAndGoesOnceItIsReleased) {
  leave_sealed_segment();
  const auto refused = remove_shared_memory(folder_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("the next run stores them"));
  {
    const auto control = reader();
    const auto sealed = control->take_sealed();
    ASSERT_EQ(sealed.size(), 1U);
    ASSERT_TRUE(control->release(sealed[0].handle));
  }
  EXPECT_TRUE(remove_shared_memory(folder_));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(SharedMemory, StaysWhileAProcessHoldsItsRole) {
  int taken[2];
  ASSERT_EQ(::pipe(taken), 0);
  // A process does not lock itself out, so the holder must be another.
  const pid_t holder = ::fork();
  if (holder == 0) {
    const auto lock = FileLock::take(arena::control_lock_path(folder_));
    (void)!::write(taken[1], "x", 1);
    ::pause();
    ::_exit(lock ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(taken[0], &byte, 1), 1);
  EXPECT_FALSE(remove_shared_memory(folder_));
  EXPECT_TRUE(std::filesystem::exists(arena::control_lock_path(folder_)));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(remove_shared_memory(folder_));
  EXPECT_FALSE(std::filesystem::exists(folder_));
  ::close(taken[0]);
  ::close(taken[1]);
}

TEST_F(SharedMemory, LeavesWhatIsNotItsOwn) {
  std::ofstream(folder_ / "notes") << "mine";
  ASSERT_TRUE(arena::StatsFile::create(arena::stats_path(folder_)));
  EXPECT_TRUE(remove_shared_memory(folder_));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "notes"));
  EXPECT_FALSE(std::filesystem::exists(arena::stats_path(folder_)));
}

TEST_F(SharedMemory, TheProbeTakesNothingFromAnEarlierRunForThisOne) {
  auto stats = arena::StatsFile::create(arena::stats_path(folder_));
  auto control = arena::ControlFile::create(arena::control_page_path(folder_));
  ASSERT_TRUE(stats && control);
  (*stats)->starts.set(3);
  (*stats)->ready.set(1);
  (*stats)->sources_ended.set(1);
  (*control)->heartbeat_ns.set(1000);

  PageProbe probe(folder_);
  probe.begin();
  EXPECT_FALSE(probe.control_ready());
  EXPECT_FALSE(probe.dataplane_ready());
  EXPECT_FALSE(probe.sources_ended());
  (*control)->heartbeat_ns.set(2000);
  (*control)->segments_waiting.set(7);
  (*stats)->starts.add();
  EXPECT_TRUE(probe.control_ready());
  EXPECT_TRUE(probe.dataplane_ready());
  EXPECT_TRUE(probe.sources_ended());
  EXPECT_EQ(probe.segments_waiting(), 7U);
}

}  // namespace
}  // namespace sluice::supervisor
