#include "dataplane/lcore/stream_context.h"

namespace sluice::lcore {

StreamContext::StreamContext(const config::Stream& stream, uint32_t arena_entry,
                             arena::StreamStats& counters, arena::ArenaWriter& arena)
    : stats(counters), output(arena, arena_entry), segmenter(make_segmenter(stream)) {}

std::unique_ptr<segment::Segmenter> StreamContext::make_segmenter(const config::Stream& stream) {
  return std::make_unique<segment::Segmenter>(
      segment::SegmenterSpec{.rtp = stream.source.scheme == config::Scheme::kRtp,
                             .program = stream.program,
                             .segment = stream.segment},
      output, stats);
}

}  // namespace sluice::lcore
