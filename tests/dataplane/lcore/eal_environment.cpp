#include "tests/dataplane/lcore/eal_environment.h"

#include <stdexcept>

#include "dataplane/lcore/plan.h"
#include "dataplane/source/eal.h"

namespace sluice::test {

rte_mempool* packet_pool() {
  static rte_mempool* const pool = [] {
    static auto eal = source::Eal::start({.arguments = {"--no-huge"},
                                          .main_cpu = lcore::usable_cpus().front(),
                                          .worker_cpus = {},
                                          .memory = 96U << 20});
    if (!eal) {
      throw std::runtime_error(eal.error().message);
    }
    auto made = source::make_pool({.mbufs = 1023, .frame_bytes = 2048});
    if (!made) {
      throw std::runtime_error(made.error().message);
    }
    return made->release();
  }();
  return pool;
}

rte_mempool* large_pool() {
  static rte_mempool* const pool = [] {
    packet_pool();  // starts EAL
    auto made = source::make_large_pool();
    if (!made) {
      throw std::runtime_error(made.error().message);
    }
    return made->release();
  }();
  return pool;
}

unsigned buffers_out() {
  return ::rte_mempool_in_use_count(packet_pool()) + ::rte_mempool_in_use_count(large_pool());
}

}  // namespace sluice::test
