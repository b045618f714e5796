#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "storage/catalog/catalog.h"
#include "tests/storage/catalog/temporary_folder.h"

namespace sluice::catalog {
namespace {

constexpr uint64_t kRowsABatch = 50;

Batch batch(uint64_t number) {
  Batch batch;
  for (uint64_t i = 0; i < kRowsABatch; ++i) {
    Segment s;
    s.stream = "news";
    s.sequence = number * kRowsABatch + i;
    s.state = SegmentState::kStored;
    batch.segments.push_back(s);
  }
  return batch;
}

/// Commits batches until it is killed; tells the number of each that was committed.
[[noreturn]] void commit_for_ever(const std::filesystem::path& file, int tell) {
  auto catalog = Catalog::open(file).value();
  for (uint64_t number = 0;; ++number) {
    if (!catalog.commit(batch(number)) || write(tell, &number, sizeof number) < 0) {
      _exit(1);
    }
  }
}

/// Lets a child commit, kills it once it has told of `batches`, and @return what it told last.
uint64_t kill_after(const std::filesystem::path& file, uint64_t batches) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    commit_for_ever(file, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  uint64_t told = 0;
  while (read(pipe_ends[0], &told, sizeof told) == sizeof told) {
    if (told + 1 == batches) {
      kill(child, SIGKILL);
    }
  }
  waitpid(child, nullptr, 0);
  close(pipe_ends[0]);
  return told;
}

TEST(CatalogCrash, WhatWasCommittedStandsAfterAKillAndBatchesAreWhole) {
  for (const uint64_t batches : {1, 3, 10}) {
    TemporaryFolder folder;
    const uint64_t told = kill_after(folder / "c.db", batches);
    const auto catalog = Catalog::open(folder / "c.db").value();
    const auto rows = catalog.read().range("news", 0, UINT32_MAX).value();
    EXPECT_GE(rows.size(), (told + 1) * kRowsABatch);
    EXPECT_EQ(rows.size() % kRowsABatch, 0u);
  }
}

}  // namespace
}  // namespace sluice::catalog
