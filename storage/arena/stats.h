#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/base/result.h"
#include "config/base/stream_id.h"
#include "storage/arena/drop.h"

/// The stats page: counters in shared memory, each cache line with one writer, readable by any
/// process at any time. Counters live on when the dataplane is restarted. In datagrams, summed over
/// everything: `received = committed + drops + in flight`, exact at rest.
namespace sluice::arena {

/// A counter with one writer: plain load and store, no locked instruction.
class Counter {
 public:
  void add(uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_;
};

/// Drops by reason, one writer.
struct Drops {
  std::array<Counter, kDropCount> by_reason;
  void add(Drop drop, uint64_t n = 1) noexcept { by_reason[static_cast<size_t>(drop)].add(n); }
  uint64_t sum() const noexcept;
};

/// What the line of a port does. "gone": the device or the interface behind it has been deleted.
enum class PortState : uint32_t { kUp, kDown, kGone };
std::string_view to_string(PortState state);

/// One receive queue of one port, file or interface. Written by its rx lcore, what comes from
/// nic_missed on by the slow thread.
struct alignas(64) PortStats {
  char device[64];   ///< empty = unused slot; the same for all queues of a port
  Counter frames;    ///< frames taken from the driver
  Counter filtered;  ///< sound frames that are nobody's: not IP, not UDP, no stream's address. Not
                     ///< in `received`
  Counter received;  ///< datagrams of our streams, and broken frames
  Counter bytes;
  Drops drops;                     ///< of `received`, before a segmenter had them
  alignas(64) Counter nic_missed;  ///< the NIC, kernel or libpcap had no room: never came to us
  Counter nic_errors;
  Counter nic_no_mbuf;
  Counter queue;       ///< receive queue of the device; what comes before counts for the whole
                       ///< port and stands with queue 0
  Counter state;       ///< PortState
  Counter mtu;         ///< 0 = there is none
  Counter speed_mbps;  ///< 0 = not known
};

/// What the driver of a port counts besides, under its own names. Written by the slow thread.
struct alignas(64) PortXstats {
  static constexpr size_t kMost = 64;
  struct Entry {
    char name[64];  ///< empty = the list ends here
    Counter value;
  };
  std::array<Entry, kMost> entries;
};

/// What a stream is doing. "waiting": nothing has come yet; "silent": it has stopped coming.
enum class StreamState : uint32_t { kWaiting, kReceiving, kSilent, kFailed };
std::string_view to_string(StreamState state);

/// An indicator of ETSI TR 101 290; times are UTC of arrival, 0 = never.
struct IndicatorStats {
  Counter count;
  Counter first_ns;
  Counter last_ns;
};
/// Of first and second priority, in the order of media::Indicator.
inline constexpr size_t kIndicators = 13;

/// One stream, written by the segmenter lcore that owns it.
struct alignas(64) StreamStats {
  char name[StreamId::kMaxLength + 1];  ///< empty = unused slot
  Counter received;                     ///< datagrams that the segmenter took from its ring
  Counter
      committed;  ///< datagrams whose bytes are whole in the arena (or rightly contributed none)
  Counter ts_packets;
  Counter bytes;
  Counter cc_errors;
  Counter transport_errors;
  Counter scrambled;
  Counter crc_errors;  ///< sections of PAT and PMT with a wrong CRC
  Counter sync_losses;
  Counter rtp_lost;  ///< missing by RTP sequence number
  Counter segments_sealed;
  Counter forced_cuts;
  Counter state;            ///< StreamState
  Counter last_arrival_ns;  ///< UTC
  Drops drops;
  std::array<IndicatorStats, kIndicators> tr101290;
};

/// One lcore's time, written by it: how busy it is.
struct alignas(64) LcoreStats {
  Counter used;  ///< 1 = in use
  Counter cpu;
  Counter busy_cycles;
  Counter idle_cycles;
  Counter is_rx;
  Counter is_segment;
  Drops drops;  ///< of datagrams whose stream was gone when its segmenter came to them
};

/// What ports and streams counted whose slots have been given up: so the totals add up over any
/// number of changes. Written by the slow thread.
struct alignas(64) GoneStats {
  Counter received;
  Counter committed;
  Drops drops;
};

inline constexpr size_t kMaxPorts = 64;
inline constexpr size_t kMaxLcores = 128;
inline constexpr size_t kMaxStreams = 4096;

struct StatsPage {
  uint64_t magic;
  uint32_t layout_version;
  uint32_t reserved;
  alignas(64) Counter ready;  ///< 1 once packets can be captured
  Counter heartbeat_ns;       ///< UTC, written every 100 ms by the slow thread
  Counter started_ns;
  Counter starts;  ///< how often a dataplane has started on this page
  Counter chunks;
  Counter chunks_free;
  Counter chunk_bytes;
  Counter sources_ended;      ///< 1 once every source is a file that has ended and been committed
  Counter huge_pages;         ///< 1 = packet buffers lie in huge pages
  alignas(64) Drops restart;  ///< lost_in_restart, written at start
  GoneStats gone;
  GoneStats gone_next;  ///< what `gone` becomes while a slot is given up
  Counter giving_up;    ///< the slot that is being given up: 0 = none, else one more than its place
                        ///< among ports, then streams
  std::array<PortStats, kMaxPorts> ports;
  std::array<PortXstats, kMaxPorts> xstats;  ///< by the slot of a port's queue 0
  std::array<LcoreStats, kMaxLcores> lcores;
  std::array<StreamStats, kMaxStreams> streams;
};

/// One stream as control sees it. Written by control's main thread.
struct alignas(64) StreamArchiveStats {
  char name[StreamId::kMaxLength + 1];
  Counter segments_taken;  ///< sealed segments that control has seen
  Counter segments_stored;
  Counter bytes_stored;
  Counter last_stored_end_ns;  ///< UTC at which the newest stored segment ends
};

enum class StoreState : uint32_t { kUnknown, kOk, kFailing, kRefused };
std::string_view to_string(StoreState state);

/// The page that control writes.
struct ControlPage {
  uint64_t magic;
  uint32_t layout_version;
  uint32_t reserved;
  alignas(64) Counter heartbeat_ns;
  Counter store_state;  ///< StoreState
  Counter uploads;
  Counter upload_failures;  ///< attempts that failed
  Counter uploads_in_flight;
  Counter segments_waiting;  ///< sealed, not stored
  Counter api_port;          ///< the TCP port that the API listens on
  Counter spool_bytes;
  Counter roll_generation;  ///< of the set of streams that control goes by (config/roll.h)
  char store_error[256];  ///< the last error, empty when all is well; may be torn while it changes
  std::array<StreamArchiveStats, kMaxStreams> streams;
};

/// A page file in shared memory, mapped for as long as this lives. Writers create it (all zero) or
/// find it as their predecessor left it; readers map it read-only and fail with kNotFound if it is
/// not there.
template <typename Page>
class PageFile {
 public:
  static Result<PageFile> create(const std::filesystem::path& file);
  static Result<PageFile> read(const std::filesystem::path& file);
  PageFile(PageFile&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
  PageFile& operator=(PageFile&& other) noexcept {
    std::swap(page_, other.page_);
    return *this;
  }
  ~PageFile();

  Page* operator->() const noexcept { return page_; }
  Page& operator*() const noexcept { return *page_; }

 private:
  explicit PageFile(Page* page) : page_(page) {}
  Page* page_;
};

using StatsFile = PageFile<StatsPage>;
using ControlFile = PageFile<ControlPage>;

/// The totals of a stats page: what `sluice status` prints.
struct Totals {
  uint64_t received = 0;
  uint64_t committed = 0;
  uint64_t in_flight = 0;
  std::map<std::string, uint64_t> drops;  ///< reasons that occurred
};
Totals totals(const StatsPage& page);

/// Paths within the folder `arena.path`.
std::filesystem::path stats_path(const std::filesystem::path& folder);
std::filesystem::path control_page_path(const std::filesystem::path& folder);
std::filesystem::path dataplane_lock_path(const std::filesystem::path& folder);
std::filesystem::path control_lock_path(const std::filesystem::path& folder);

}  // namespace sluice::arena
