#include "bench/dataplane/bench_world.h"

#include <rte_mempool.h>
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

namespace sluice::bench {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

BenchWorld::BenchWorld(uint32_t mbufs, uint32_t frame_bytes) {
  const source::PoolSpec spec{.mbufs = mbufs, .frame_bytes = frame_bytes};
  const int cpu = ::sched_getcpu();
  auto eal = source::Eal::start({.arguments = {"--in-memory"},
                                 .main_cpu = static_cast<unsigned>(std::max(cpu, 0)),
                                 .worker_cpus = {},
                                 .memory = 2 * spec.bytes()});
  if (!eal) {
    give_up(eal.error().message);
  }
  eal_ = std::move(*eal);
  auto pool = source::make_pool(spec);
  if (!pool) {
    give_up(pool.error().message);
  }
  pool_ = std::move(*pool);
}

std::vector<rte_mbuf*> BenchWorld::take_all(uint32_t count) const {
  std::vector<rte_mbuf*> mbufs(count);
  if (::rte_pktmbuf_alloc_bulk(pool_.get(), mbufs.data(), count) != 0) {
    give_up("the pool has fewer packet buffers than asked for");
  }
  std::shuffle(mbufs.begin(), mbufs.end(), std::mt19937(1));
  return mbufs;
}

uint64_t last_level_cache() {
  constexpr uint64_t kIfUnknown = 32 << 10;
  uint64_t kilobytes = 0;
  // sysconf() counts what belongs to other virtual machines on the same chip, too.
  std::ifstream("/sys/devices/system/cpu/cpu0/cache/index3/size") >> kilobytes;
  return (kilobytes > 0 ? kilobytes : kIfUnknown) << 10;
}

}  // namespace sluice::bench
