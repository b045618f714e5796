#include "storage/arena/free_list.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sluice::arena {
namespace {

TEST(FreeList, GivesEachChunkToOneTakerAtATime) {
  constexpr uint32_t kChunks = 8;
  FreeList list(kChunks);
  for (uint32_t i = 0; i < kChunks; ++i) {
    list.push(i);
  }
  std::vector<std::atomic<int>> owners(kChunks);
  std::atomic<int> clashes{0};
  const auto work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      const uint32_t a = list.pop();
      const uint32_t b = list.pop();
      for (const uint32_t chunk : {a, b}) {
        if (chunk != kNoChunk) {
          clashes += owners[chunk].fetch_add(1) != 0 ? 1 : 0;
        }
      }
      for (const uint32_t chunk : {a, b}) {
        if (chunk != kNoChunk) {
          owners[chunk].fetch_sub(1);
          list.push(chunk);
        }
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back(work);
    }
  }
  EXPECT_EQ(clashes, 0);
  EXPECT_EQ(list.size(), kChunks);
  for (uint32_t i = 0; i < kChunks; ++i) {
    EXPECT_NE(list.pop(), kNoChunk);
  }
  EXPECT_EQ(list.pop(), kNoChunk);
}

}  // namespace
}  // namespace sluice::arena
