#include "tools/segment_command.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "config/base/units.h"
#include "config/base/utc.h"
#include "dataplane/segment/segmenter.h"
#include "storage/arena/hole.h"
#include "storage/playlist/media_playlist.h"
#include "tools/capture_flow.h"
#include "tools/progress.h"
#include "tools/segment_folder.h"
#include "tools/ts_file.h"

namespace sluice::tools {
namespace {

constexpr int kFailed = 1;

segment::SegmenterSpec spec_of(const SegmentOptions& options, bool rtp) {
  segment::SegmenterSpec spec;
  spec.rtp = rtp;
  spec.watches_clock = true;
  spec.program = options.program;
  spec.segment = options.segment;
  return spec;
}

Status cut_ts_file(const SegmentOptions& options, SegmentFolder& folder,
                   arena::StreamStats& stats) {
  const auto file = MappedFile::open(options.input);
  if (!file) return fail(file.error());
  TsFileReader reader(*file);
  Progress progress(file->bytes().size());
  segment::Segmenter segmenter(spec_of(options, false), folder, stats);
  while (const auto datagram = reader.next()) {
    segmenter.push(datagram->bytes, datagram->arrival_ns);
    if (!folder.status()) return folder.status();
    progress.at(reader.position());
  }
  segmenter.finish();
  if (reader.skipped() > 0) {
    std::cerr << "sluice segment: " << reader.skipped() << " bytes of " << options.input.string()
              << " are in no TS packet and were left out\n";
  }
  return folder.status();
}

Status cut_capture(const SegmentOptions& options, SegmentFolder& folder,
                   arena::StreamStats& stats) {
  const auto flow = find_ts_flow(options.input);
  if (!flow) return fail(flow.error());
  std::cerr << "sluice segment: taking " << flow->url() << " from " << options.input.string()
            << '\n';
  if (flow->cut_short > 0) {
    std::cerr << "sluice segment: " << flow->cut_short << " frames are not whole in "
              << options.input.string()
              << " and were left out: capture them whole (tcpdump -s 0)\n";
  }
  segment::Segmenter segmenter(spec_of(options, flow->rtp), folder, stats);
  const Status read = read_flow(options.input, *flow, [&](Bytes payload, int64_t arrival_ns) {
    segmenter.push(payload, arrival_ns);
  });
  segmenter.finish();
  // A capture that was broken off is still worth cutting up to there.
  if (!read) std::cerr << "sluice segment: " << read.error().message << '\n';
  for (size_t i = 0; i < arena::kDropCount; ++i) {
    const uint64_t dropped = stats.drops.by_reason[i].get();
    if (dropped == 0) continue;
    std::cerr << "sluice segment: " << dropped
              << " datagrams dropped: " << arena::to_string(static_cast<arena::Drop>(i)) << '\n';
  }
  return folder.status();
}

std::string playlist_of(const std::vector<SegmentFile>& files, config::Duration max) {
  playlist::MediaPlaylist playlist;
  playlist.kind = playlist::PlaylistKind::kVod;
  playlist.target_duration = playlist::target_duration(max);
  playlist.ended = true;
  int64_t last_end_ns = 0;
  for (const SegmentFile& file : files) {
    const arena::Hole hole = arena::hole_before(file.record, last_end_ns);
    last_end_ns = arena::media_end_ns(file.record);
    for (uint32_t i = 0; i < hole.segments; ++i) {
      const size_t number = playlist.entries.size();
      const std::string name = "absent_" + std::to_string(number) + ".ts";
      playlist.entries.push_back(
          playlist::make_entry(arena::absent_segment(file.record, hole, i), number, name));
      playlist.entries.back().gap = true;
    }
    playlist.entries.push_back(
        playlist::make_entry(file.record, playlist.entries.size(), file.name));
  }
  return playlist::render(playlist);
}

std::string json_of(const std::vector<SegmentFile>& files) {
  auto list = nlohmann::ordered_json::array();
  for (const SegmentFile& file : files) {
    const arena::SegmentRecord& record = file.record;
    auto reasons = nlohmann::ordered_json::array();
    for (size_t i = 0; i < arena::kDiscontinuityCount; ++i) {
      const auto reason = static_cast<arena::Discontinuity>(i);
      if (record.discontinuity.has(reason)) reasons.push_back(arena::to_string(reason));
    }
    list.push_back({{"file", file.name},
                    {"start_pts", record.start_pts},
                    {"duration", static_cast<double>(record.duration_90k) / 90'000},
                    {"bytes", file.bytes},
                    {"packets", file.bytes / 188},
                    {"cut", arena::to_string(record.cut)},
                    {"discontinuity", reasons},
                    {"cc_errors", record.cc_errors},
                    {"program_date_time", rfc3339_ms(utc_from_ns(record.start_utc_ns))}});
  }
  return list.dump(2) + '\n';
}

Status run(const SegmentOptions& options) {
  if (!std::filesystem::exists(options.input)) {
    return fail("there is no file " + options.input.string());
  }
  auto folder = SegmentFolder::create(options.out);
  if (!folder) return fail(folder.error());
  arena::StreamStats stats{};
  Status cut = is_capture(options.input) ? cut_capture(options, **folder, stats)
                                         : cut_ts_file(options, **folder, stats);
  if (!cut) return cut;
  const auto& files = (*folder)->files();
  if (files.empty()) {
    const bool by_number = options.program.kind == config::Program::Kind::kNumber;
    if (by_number && stats.committed.get() > 0) {
      return fail("no programme " + std::to_string(options.program.number) +
                  " was found in the PAT and PMTs of " + options.input.string());
    }
    return fail(options.input.string() +
                " holds no MPEG-TS: no sync bytes 188, 192 or 204 bytes apart were found in it");
  }
  const std::string playlist = playlist_of(files, options.segment.max);
  if (Status s = (*folder)->add("index.m3u8", playlist); !s) return s;
  if (Status s = (*folder)->add("segments.json", json_of(files)); !s) return s;
  if (Status s = (*folder)->publish(); !s) return s;
  uint64_t bytes = 0;
  for (const SegmentFile& file : files) bytes += file.bytes;
  std::cout << files.size() << " segments, " << format_size(bytes) << ", in "
            << options.out.string() << '\n';
  return {};
}

}  // namespace

int segment_command(const SegmentOptions& options) {
  const Status status = run(options);
  if (status) return 0;
  std::cerr << "sluice segment: " << status.error().message << '\n';
  return kFailed;
}

}  // namespace sluice::tools
