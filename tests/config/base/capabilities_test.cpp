#include "config/base/capabilities.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <fstream>
#include <string>
#include <thread>

namespace sluice {
namespace {

/// A line of this thread's status, as the kernel tells it.
std::string told(const std::string& key) {
  std::ifstream status("/proc/thread-self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":\t")) {
      return line.substr(key.size() + 2);
    }
  }
  return "nothing";
}

TEST(Capabilities, AreGivenUpByOneThreadForGood) {
  const std::string before = told("CapPrm");
  std::thread([] {
    ASSERT_TRUE(keep_capabilities({}));
    for (const char* set : {"CapPrm", "CapEff", "CapInh", "CapAmb"}) {
      EXPECT_EQ(told(set), "0000000000000000") << set;
    }
    EXPECT_EQ(told("NoNewPrivs"), "1");
    ASSERT_TRUE(keep_capabilities({CAP_NET_RAW}));
    EXPECT_EQ(told("CapPrm"), "0000000000000000");
  }).join();
  EXPECT_EQ(told("CapPrm"), before);
}

TEST(Capabilities, AreKeptWhereNamedAndThere) {
  std::thread([] {
    const auto before = std::stoull(told("CapPrm"), nullptr, 16);
    ASSERT_TRUE(keep_capabilities({CAP_NET_RAW, CAP_BPF}));
    const uint64_t wanted = 1ULL << CAP_NET_RAW | 1ULL << CAP_BPF;
    EXPECT_EQ(std::stoull(told("CapPrm"), nullptr, 16), before & wanted);
    EXPECT_EQ(told("CapEff"), told("CapPrm"));
  }).join();
}

}  // namespace
}  // namespace sluice
