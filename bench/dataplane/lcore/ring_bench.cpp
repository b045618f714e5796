/// Hand-over of pointers from one core to another, as from an rx lcore to a segmenter.

#include <benchmark/benchmark.h>
#include <pthread.h>
#include <rte_cycles.h>
#include <rte_ring.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <thread>

#include "bench/dataplane/bench_world.h"

namespace sluice::bench {
namespace {

constexpr unsigned kBurst = 32;
constexpr unsigned kSlots = 16384;
constexpr uint64_t kObjects = 4 << 20;  // between two looks at the clock

void pin(pthread_t thread, unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::pthread_setaffinity_np(thread, sizeof set, &set);
}

/// Takes what comes, adds it up, and can be asked how much came.
class Consumer {
 public:
  explicit Consumer(rte_ring* ring) : ring_(ring), thread_([this] { run(); }) {
    pin(thread_.native_handle(), 1);
  }
  ~Consumer() {
    stop_ = true;
    thread_.join();
  }
  uint64_t taken() const { return taken_.load(std::memory_order_acquire); }
  uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  void run() {
    std::array<void*, kBurst> objects;
    while (!stop_.load(std::memory_order_relaxed)) {
      const unsigned count = ::rte_ring_sc_dequeue_burst(ring_, objects.data(), kBurst, nullptr);
      uint64_t sum = 0;
      for (unsigned i = 0; i < count; ++i) {
        sum += reinterpret_cast<uintptr_t>(objects[i]);
      }
      if (count > 0) {
        sum_.store(sum_.load(std::memory_order_relaxed) + sum, std::memory_order_relaxed);
        taken_.store(taken_.load(std::memory_order_relaxed) + count, std::memory_order_release);
      }
    }
  }

  rte_ring* ring_;
  std::atomic<bool> stop_ = false;
  alignas(64) std::atomic<uint64_t> taken_ = 0;
  std::atomic<uint64_t> sum_ = 0;
  std::thread thread_;
};

void hand_over(benchmark::State& state) {
  static const BenchWorld world(1023, 64);
  pin(::pthread_self(), 0);
  rte_ring* const ring =
      ::rte_ring_create("bench", kSlots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
  uint64_t cycles = 0;
  uint64_t sent = 0;
  uint64_t sum = 0;
  {
    Consumer consumer(ring);
    std::array<void*, kBurst> objects;
    for (auto _ : state) {
      const uint64_t begin = ::rte_rdtsc();
      for (const uint64_t end = sent + kObjects; sent < end;) {
        for (unsigned i = 0; i < kBurst; ++i) {
          objects[i] = reinterpret_cast<void*>(sent + i + 1);
        }
        const unsigned count = ::rte_ring_sp_enqueue_burst(ring, objects.data(), kBurst, nullptr);
        for (unsigned i = 0; i < count; ++i) {
          sum += sent + i + 1;
        }
        sent += count;
      }
      while (consumer.taken() < sent) {
      }
      const uint64_t passed = ::rte_rdtsc() - begin;
      cycles += passed;
      state.SetIterationTime(static_cast<double>(passed) / static_cast<double>(::rte_get_tsc_hz()));
    }
    if (consumer.sum() != sum) {
      state.SkipWithError("what came out is not what went in");
    }
  }
  ::rte_ring_free(ring);
  state.counters["cycles"] = static_cast<double>(cycles) / static_cast<double>(sent);
}

BENCHMARK(hand_over)->UseManualTime();

}  // namespace
}  // namespace sluice::bench

BENCHMARK_MAIN();
