/// demo_server SEGMENTS FOLDER [ADDRESS]: the API server and its page over made-up counters and an
/// archive that grows as if channels were recorded, from the TS segments in a folder, 2 s each.
/// FOLDER gets the store, the catalog and the pages of counters. Prints its port; ends when stdin
/// does.

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "control/api/server.h"
#include "storage/arena/stats.h"
#include "storage/catalog/catalog.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kSegment = 2s;
constexpr uint64_t kWindow = 6;
constexpr uint64_t kPast = 1800;  // an hour: the archive has hours to choose from

struct Channel {
  const char* name;
  const char* source;
  const char* codecs;
  uint64_t bitrate;
  arena::StreamState state;
};

constexpr Channel kChannels[] = {
    {"news", "udp://239.1.1.1:5000", "avc1.64001f,mp4a.40.2", 3'200'000,
     arena::StreamState::kReceiving},
    {"sport/hd", "rtp://239.1.1.2:5004", "", 8'100'000, arena::StreamState::kReceiving},
    {"film-uhd", "udp://239.1.1.3:5000", "hvc1.2.4.L153.B0,ac-3", 18'400'000,
     arena::StreamState::kReceiving},
    {"regional-sd", "udp://239.1.1.4:5000", "mp2v,mp4a.40.33", 4'000'000,
     arena::StreamState::kSilent},
    {"live/cam1", "rtsp://cam.example/stream1", "", 2'000'000, arena::StreamState::kFailed},
    {"event", "udp://239.1.1.6:5000", "", 6'000'000, arena::StreamState::kWaiting},
};

std::vector<fs::path> segments_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".ts") {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

class Demo {
 public:
  Demo(const fs::path& segments, fs::path folder, std::string address)
      : files_(segments_in(segments)), folder_(std::move(folder)) {
    fs::create_directories(folder_ / "shm");
    appliance_.arena.path = folder_ / "shm";
    appliance_.storage.endpoint = "file://" + (folder_ / "archive").string();
    appliance_.control.listen = std::move(address);
    for (const Channel& channel : kChannels) {
      appliance_.streams.push_back({.name = StreamId::parse(channel.name).value(),
                                    .source = {.url = channel.source},
                                    .bitrate = channel.bitrate,
                                    .segment = {.target = kSegment, .max = 2 * kSegment}});
    }
    stats_.emplace(arena::StatsFile::create(arena::stats_path(appliance_.arena.path)).value());
    control_.emplace(
        arena::ControlFile::create(arena::control_page_path(appliance_.arena.path)).value());
    catalog_.emplace(catalog::Catalog::open(folder_ / "catalog.db").value());
    start_ = clock_.now() - kPast * kSegment;
    for (size_t i = 0; i < std::size(kChannels); ++i) {
      std::strcpy((*stats_)->streams[i].name, kChannels[i].name);
      std::strcpy((*control_)->streams[i].name, kChannels[i].name);
      (*stats_)->streams[i].state.set(static_cast<uint64_t>(kChannels[i].state));
    }
    std::strcpy((*stats_)->ports[0].device, "net_af_packet0");
    (*stats_)->streams[1].drops.add(arena::Drop::kDuplicate, 38);
    (*stats_)->streams[1].rtp_lost.set(4);
    (*stats_)->ports[0].drops.add(arena::Drop::kTruncated, 2);
    (*stats_)->chunk_bytes.set(4 << 20);
    (*stats_)->chunks.set(64);
    (*control_)->store_state.set(static_cast<uint64_t>(arena::StoreState::kOk));
  }

  Result<uint16_t> start() {
    archive(kPast);
    auto server = api::ApiServer::start(
        {.appliance = appliance_, .catalog = folder_ / "catalog.db", .clock = &clock_});
    if (!server) {
      return fail(server.error());
    }
    server_ = std::move(*server);
    return server_->port();
  }

  void tick() {
    const auto now = static_cast<uint64_t>(to_ns(clock_.now()));
    (*stats_)->heartbeat_ns.set(now);
    (*control_)->heartbeat_ns.set(now);
    (*stats_)->chunks_free.set(50 + now / 1'000'000'000 % 5);
    uint64_t received = 40;
    for (size_t i = 0; i < std::size(kChannels); ++i) {
      arena::StreamStats& stream = (*stats_)->streams[i];
      if (kChannels[i].state == arena::StreamState::kReceiving) {
        stream.last_arrival_ns.set(now);
        stream.bytes.add(kChannels[i].bitrate / 8 / 10);
        stream.received.set(stream.bytes.get() / 1316 + stream.drops.sum());
        stream.committed.set(stream.bytes.get() / 1316);
        received += stream.received.get();
      }
    }
    (*stats_)->ports[0].received.set(received);
    archive(static_cast<uint64_t>((clock_.now() - start_) / kSegment));
  }

 private:
  /// Brings what is archived up to `end` segments a channel.
  void archive(uint64_t end) {
    catalog::Batch batch;
    for (size_t i = 0; i < std::size(kChannels) && archived_ < end; ++i) {
      if (kChannels[i].state != arena::StreamState::kReceiving) {
        continue;
      }
      for (uint64_t sequence = archived_; sequence < end; ++sequence) {
        store(kChannels[i].name, sequence, batch);
      }
      batch.streams.push_back({.name = kChannels[i].name,
                               .live_first = end - kWindow,
                               .live_next = end,
                               .settled_next = end,
                               .codecs = kChannels[i].codecs,
                               .width = 1280,
                               .height = 720,
                               .frame_rate = 25});
      (*control_)->streams[i].segments_stored.set(end);
      (*control_)->streams[i].bytes_stored.set(end * kChannels[i].bitrate / 4);
      (*control_)->streams[i].last_stored_end_ns.set(to_ns(start_ + end * kSegment));
      (*stats_)->streams[i].segments_sealed.set(end);
    }
    archived_ = std::max(archived_, end);
    if (const Status done = catalog_->commit(batch); !done) {
      panic(done.error().message);
    }
    (*control_)->uploads.set(archived_ * 3);
  }

  void store(const char* name, uint64_t sequence, catalog::Batch& batch) {
    const fs::path& file = files_[sequence % files_.size()];
    catalog::Segment segment{.stream = name,
                             .sequence = sequence,
                             .bytes = fs::file_size(file),
                             .state = catalog::SegmentState::kStored};
    segment.record.start_utc_ns = to_ns(start_ + sequence * kSegment);
    segment.record.end_utc_ns = to_ns(start_ + (sequence + 1) * kSegment);
    segment.record.duration_90k = 90'000 * kSegment.count();
    segment.record.cut = arena::Cut::kIdr;
    if (sequence % files_.size() == 0) {
      segment.record.discontinuity.add(arena::Discontinuity::kTimestampJump);
    }
    const std::string folder = name + ("/" + hour_path(segment.start()));
    segment.key = folder + "/segment_" + std::to_string(sequence) + ".ts";
    const fs::path target = folder_ / "archive" / "hls" / segment.key;
    fs::create_directories(target.parent_path());
    fs::create_hard_link(file, target);
    batch.segments.push_back(segment);
    const bool over = segment.hour() + 1h <= clock_.now();
    batch.hours.push_back(
        {.stream = name,
         .hour = segment.hour(),
         .listed = static_cast<uint64_t>((segment.start() - segment.hour()) / kSegment + 1),
         .complete = over});
  }

  SystemClock clock_;
  std::vector<fs::path> files_;
  fs::path folder_;
  config::Appliance appliance_;
  std::optional<arena::StatsFile> stats_;
  std::optional<arena::ControlFile> control_;
  std::optional<catalog::Catalog> catalog_;
  std::unique_ptr<api::ApiServer> server_;
  Utc start_{};
  uint64_t archived_ = 0;
};

bool stdin_ended() {
  pollfd descriptor{.fd = 0, .events = POLLIN};
  char byte = 0;
  return poll(&descriptor, 1, 100) == 1 && fread(&byte, 1, 1, stdin) == 0;
}

}  // namespace
}  // namespace sluice

int main(int count, char** arguments) {
  if (count < 3) {
    std::fputs("usage: demo_server SEGMENTS FOLDER [ADDRESS]\n", stderr);
    return 2;
  }
  sluice::Demo demo(arguments[1], arguments[2], count > 3 ? arguments[3] : "127.0.0.1:0");
  const auto port = demo.start();
  if (!port) {
    std::fprintf(stderr, "demo_server: %s\n", port.error().message.c_str());
    return 1;
  }
  std::printf("%u\n", unsigned{*port});
  std::fflush(stdout);
  do {
    demo.tick();
  } while (!sluice::stdin_ended());
}
