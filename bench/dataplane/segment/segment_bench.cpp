/// Inspection of TS packets and their copy from packet buffers into the arena, beside memcpy of the
/// same buffers in the same order to memory of the same kind and size.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <rte_cycles.h>
#include <rte_prefetch.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>

#include "bench/dataplane/bench_world.h"
#include "dataplane/segment/arena_output.h"
#include "dataplane/segment/segmenter.h"
#include "storage/arena/reader.h"
#include "storage/arena/writer.h"
#include "tools/gen/looped_ts.h"
#include "tools/gen/made_channel.h"

namespace sluice::bench {
namespace {

constexpr unsigned kStreams = 50;
constexpr uint64_t kBitrate = 20'000'000;
constexpr size_t kDatagram = 7 * 188;
constexpr size_t kBurst = 32;
constexpr size_t kBatch = 4096;  // datagrams between two looks at the clock
constexpr uint64_t kArena = 768ULL << 20;
constexpr uint64_t kHeld = 512ULL << 20;  // what waits in the arena: chunks are cold when reused

/// Datagrams of kStreams channels in turn, in buffers that take four times the last-level cache.
class Datagrams {
 public:
  Datagrams()
      : count_(static_cast<uint32_t>(4 * last_level_cache() / kDatagram / kStreams + 1) * kStreams),
        world_(count_ + 1024, 2048),
        ts_(gen::LoopedTs::make(gen::made_channel(kBitrate), 0).value()),
        mbufs_(world_.take_all(count_)) {
    for (uint32_t i = 0; i < count_; ++i) {
      fill(i);
    }
  }

  size_t count() const { return count_; }
  const rte_mbuf* mbuf(size_t i) const { return mbufs_[i]; }
  Bytes payload(size_t i) const { return {rte_pktmbuf_mtod(mbufs_[i], const uint8_t*), kDatagram}; }

 private:
  /// A stream goes on from datagram to datagram, over the loops of what it repeats.
  void fill(uint32_t i) {
    const uint32_t stream = i % kStreams;
    const uint64_t first = uint64_t{i / kStreams} * 7 + stream * 97;
    auto* const out = rte_pktmbuf_mtod(mbufs_[i], uint8_t*);
    for (size_t packet = 0; packet < 7; ++packet) {
      const uint64_t at = first + packet;
      ts_.render(at % ts_.packets(), {.loop = at / ts_.packets(), .ticks = 0, .channel = stream},
                 {out + packet * 188, 188});
    }
  }

  uint32_t count_;
  BenchWorld world_;
  gen::LoopedTs ts_;
  std::vector<rte_mbuf*> mbufs_;
};

Datagrams& datagrams() {
  static Datagrams all;
  return all;
}

/// An arena with a control that takes what is sealed and gives it back once enough has piled up.
class Appliance {
 public:
  Appliance()
      : folder_(std::filesystem::path("/dev/shm") / ("sluice-bench-" + std::to_string(::getpid()))),
        writer_(open()),
        reader_(arena::ArenaReader::attach(folder_ / "arena-1").value()) {
    for (unsigned i = 0; i < kStreams; ++i) {
      const StreamId name = StreamId::parse("channel" + std::to_string(i)).value();
      const uint32_t entry = writer_->enter(name, "").value();
      reader_->seed(name, {});
      outputs_.emplace_back(*writer_, entry);
      segmenters_.push_back(
          std::make_unique<segment::Segmenter>(spec(), outputs_.back(), stats_[i]));
    }
  }
  ~Appliance() {
    for (auto& segmenter : segmenters_) {
      segmenter->finish();
    }
    std::filesystem::remove_all(folder_);
  }

  /// As a segmenter lcore does with a burst from its ring.
  void take(size_t first) {
    const Datagrams& all = datagrams();
    for (size_t i = first + kBurst; i < std::min(first + 2 * kBurst, all.count()); ++i) {
      ::rte_prefetch0(all.mbuf(i));
    }
    for (size_t i = first; i < first + kBurst; ++i) {
      constexpr size_t kAhead = 8;
      const uint8_t* const ahead = all.payload(std::min(i + kAhead, all.count() - 1)).data();
      for (size_t line = 0; line < kDatagram; line += 64) ::rte_prefetch0(ahead + line);
      segmenters_[i % kStreams]->push(all.payload(i), now_);
    }
    for (size_t i = first; i < first + kBurst; ++i) {
      segmenters_[i % kStreams]->commit();
    }
    now_ += 1'000'000;
  }

  void give_back() {
    for (arena::SealedSegment& sealed : reader_->take_sealed()) {
      held_bytes_ += sealed.bytes;
      held_.push_back(std::move(sealed));
    }
    while (held_bytes_ > kHeld) {
      held_bytes_ -= held_.front().bytes;
      reader_->release(held_.front().handle);
      held_.pop_front();
    }
    writer_->reclaim();
  }

  uint64_t packets() const {
    uint64_t sum = 0;
    for (const auto& stats : stats_) {
      sum += stats.ts_packets.get();
    }
    return sum;
  }
  uint64_t dropped() const {
    uint64_t sum = 0;
    for (const auto& stats : stats_) {
      sum += stats.drops.sum();
    }
    return sum;
  }

 private:
  static segment::SegmenterSpec spec() {
    segment::SegmenterSpec spec;
    spec.segment.target = std::chrono::seconds(2);
    spec.segment.inject_pat_pmt = false;
    return spec;
  }
  std::unique_ptr<arena::ArenaWriter> open() {
    std::filesystem::create_directories(folder_);
    auto opened = arena::ArenaWriter::open({.folder = folder_, .size = kArena});
    if (!opened) {
      std::fprintf(stderr, "bench: %s\n", opened.error().message.c_str());
      std::exit(1);
    }
    return std::move(*opened);
  }

  std::filesystem::path folder_;
  std::unique_ptr<arena::ArenaWriter> writer_;
  std::unique_ptr<arena::ArenaReader> reader_;
  std::array<arena::StreamStats, kStreams> stats_{};
  std::deque<segment::ArenaOutput> outputs_;
  std::vector<std::unique_ptr<segment::Segmenter>> segmenters_;
  std::deque<arena::SealedSegment> held_;
  uint64_t held_bytes_ = 0;
  int64_t now_ = 1'700'000'000'000'000'000;
};

double seconds_of(uint64_t cycles) {
  return static_cast<double>(cycles) / static_cast<double>(::rte_get_tsc_hz());
}

void segment_into_arena(benchmark::State& state) {
  const Datagrams& all = datagrams();
  Appliance appliance;
  size_t at = 0;
  uint64_t taken = 0;
  const auto turn = [&] {
    const uint64_t begin = ::rte_rdtsc();
    for (size_t done = 0; done < kBatch; done += kBurst) {
      at = at + kBurst > all.count() ? 0 : at;
      appliance.take(at);
      at += kBurst;
    }
    const uint64_t cycles = ::rte_rdtsc() - begin;
    taken += kBatch;
    appliance.give_back();
    return cycles;
  };
  for (uint64_t warm = 0; warm < 2 * kHeld; warm += kBatch * kDatagram) {
    turn();
  }
  for (auto _ : state) {
    state.SetIterationTime(seconds_of(turn()));
  }
  if (appliance.packets() != taken * 7 || appliance.dropped() > 0) {
    state.SkipWithError("not every packet came into the arena");
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kBatch * kDatagram));
}

/// The same bytes in the same order, to as many places at a time, in chunks as large.
void plain_memcpy(benchmark::State& state) {
  const Datagrams& all = datagrams();
  constexpr size_t kChunk = 262'072;
  constexpr size_t kStride = 256 << 10;
  constexpr size_t kChunks = kHeld / kStride;
  const std::string name = "/dev/shm/sluice-bench-memcpy-" + std::to_string(::getpid());
  std::FILE* file = std::fopen(name.c_str(), "w+");
  ::unlink(name.c_str());
  if (file == nullptr || ::posix_fallocate(::fileno(file), 0, kHeld) != 0) {
    state.SkipWithError("no shared memory");
    return;
  }
  auto* const memory = static_cast<uint8_t*>(
      ::mmap(nullptr, kHeld, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ::fileno(file), 0));
  struct Cursor {
    uint8_t* chunk;
    size_t used;
  };
  std::array<Cursor, kStreams> cursors;
  size_t next_chunk = 0;
  for (Cursor& cursor : cursors) {
    cursor = {memory + kStride * next_chunk++, 0};
  }
  size_t at = 0;
  const auto turn = [&] {
    const uint64_t begin = ::rte_rdtsc();
    for (size_t i = 0; i < kBatch; ++i, ++at) {
      at = at == all.count() ? 0 : at;
      constexpr size_t kAhead = 4;
      ::rte_prefetch0(all.payload(std::min(at + kAhead, all.count() - 1)).data());
      Cursor& cursor = cursors[at % kStreams];
      if (cursor.used + kDatagram > kChunk) {
        cursor = {memory + kStride * next_chunk, 0};
        next_chunk = (next_chunk + 1) % kChunks;
      }
      std::memcpy(cursor.chunk + cursor.used, all.payload(at).data(), kDatagram);
      cursor.used += kDatagram;
    }
    benchmark::ClobberMemory();
    return ::rte_rdtsc() - begin;
  };
  for (uint64_t warm = 0; warm < 2 * kHeld; warm += kBatch * kDatagram) {
    turn();
  }
  for (auto _ : state) {
    state.SetIterationTime(seconds_of(turn()));
  }
  ::munmap(memory, kHeld);
  std::fclose(file);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kBatch * kDatagram));
}

BENCHMARK(segment_into_arena)->UseManualTime();
BENCHMARK(plain_memcpy)->UseManualTime();

}  // namespace
}  // namespace sluice::bench

BENCHMARK_MAIN();
