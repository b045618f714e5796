#include "control/upload/archiver.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "dataplane/media/stream_info.h"
#include "storage/arena/hole.h"

namespace sluice::upload {
namespace {

constexpr std::chrono::milliseconds kLookEvery{500};
constexpr std::chrono::milliseconds kCommitAgainAfter{500};

/// The arena fills while the store is away: when it is back, it must be noticed soon.
object::Patience patience() {
  object::Patience patience = object::Patience::endless();
  patience.longest_pause = std::chrono::milliseconds(2000);
  patience.longest_asked = std::chrono::seconds(5);
  return patience;
}

catalog::Segment row_of(const arena::SealedSegment& sealed) {
  return {.stream = sealed.stream,
          .sequence = sealed.sequence,
          .number_in_hour = sealed.number_in_hour,
          .key = arena::segment_key(sealed),
          .bytes = sealed.bytes,
          .record = sealed.record};
}

catalog::Continuation behind(const catalog::Segment& row) {
  return {.next_sequence = row.sequence + 1,
          .hour = row.hour(),
          .next_in_hour = row.number_in_hour + 1,
          .last_start = row.start(),
          .last_end = utc_from_ns(arena::media_end_ns(row.record))};
}

/// `record` has one stream, whose folder in the store is the whole of the local one.
std::string first_stream_folder(const config::Appliance& appliance) {
  std::string folder = appliance.storage.prefix;
  if (appliance.control.stream_folder && !appliance.streams.empty()) {
    folder += appliance.streams.front().name.str() + "/";
  }
  return folder;
}

std::set<std::string> names_of(const std::vector<config::Stream>& streams) {
  std::set<std::string> names;
  for (const config::Stream& stream : streams) {
    names.insert(stream.name.str());
  }
  return names;
}

}  // namespace

Archiver::Archiver(Parts parts)
    : appliance_(parts.appliance),
      clock_(parts.clock),
      catalog_(parts.catalog),
      page_(parts.page),
      counters_(page_),
      watch_(page_),
      local_(appliance_.control.local_copy, first_stream_folder(appliance_),
             appliance_.control.keep_local_segments),
      arenas_(appliance_.arena.path),
      store_(object::retrying(
          std::move(parts.store), clock_, patience(), std::move(parts.random),
          [this](const Error& error, std::chrono::nanoseconds) { watch_.failed(error); })),
      binding_(*store_, catalog_, appliance_.storage.prefix),
      uploader_(*store_),
      publisher_({appliance_, clock_, catalog_.read(), *store_, local_}) {
  counters_.keep_only(names_of(appliance_.streams));
  binding_.start();
}

void Archiver::set_streams(const std::vector<config::Stream>& streams) {
  publisher_.set_streams(streams);
  counters_.keep_only(names_of(streams));
  // Of a stream whose source or programme has changed, the media facts are other ones.
  described_.clear();
}

void Archiver::turn(std::chrono::milliseconds wait) {
  look_for_arenas();
  take();
  begun_ = begun_ || begin();
  if (begun_) {
    for (TakenSegment& segment : std::exchange(fresh_, {})) {
      accept(std::move(segment));
    }
    uploader_.start();
  }
  store_->poll(wait);
  if (begun_) {
    note_stored();
    publisher_.advance(batch_);
    if (commit()) {
      release();
      publisher_.publish(flush_);
    }
  }
  show();
}

void Archiver::look_for_arenas() {
  const auto now = clock_.monotonic();
  if (flush_ || !looked_ || now - *looked_ >= kLookEvery) {
    looked_ = now;
    all_attached_ = arenas_.scan();
  }
}

void Archiver::take() {
  // Asked before the segments are taken: what an old arena still held when the new one was made is
  // among them, and numbers go on behind it.
  std::ranges::move(arenas_.unseeded(), std::back_inserter(unseeded_));
  for (TakenSegment& segment : arenas_.take_sealed()) {
    counters_.taken(segment.sealed.stream);
    const catalog::Segment row = row_of(segment.sealed);
    catalog::Continuation& newest = newest_taken_[row.stream];
    if (row.sequence >= newest.next_sequence) {
      newest = behind(row);
    }
    fresh_.push_back(std::move(segment));
  }
  seed();
}

void Archiver::seed() {
  std::erase_if(unseeded_, [this](const StreamId& stream) {
    const auto noted = catalog_.read().continuation(stream.str());
    if (!noted) {
      complain(noted.error());
      return false;
    }
    catalog::Continuation next = noted->value_or(catalog::Continuation{});
    if (const auto taken = newest_taken_.find(stream.str());
        taken != newest_taken_.end() && taken->second.next_sequence > next.next_sequence) {
      next = taken->second;
    }
    arenas_.seed(stream, {.next_sequence = next.next_sequence,
                          .hour_ns = to_ns(next.hour),
                          .next_in_hour = next.next_in_hour,
                          .last_start_utc_ns = to_ns(next.last_start),
                          .last_end_utc_ns = to_ns(next.last_end)});
    return true;
  });
}

bool Archiver::begin() {
  if (!binding_.bound()) {
    return false;
  }
  watch_.succeeded();
  const auto pending = catalog_.read().pending();
  const Status restored = pending ? publisher_.restore() : Status(fail(pending.error()));
  if (!restored) {
    complain(restored.error());
    return false;
  }
  if (all_attached_) {
    write_off_pending(*pending);
  }
  return true;
}

void Archiver::write_off_pending(const std::vector<catalog::Segment>& pending) {
  for (catalog::Segment segment : pending) {
    const bool held = std::ranges::any_of(fresh_, [&](const TakenSegment& taken) {
      return taken.sealed.stream == segment.stream && taken.sealed.sequence == segment.sequence;
    });
    if (!held) {
      spdlog::error("{} was never stored, and no arena holds it any more: it is lost", segment.key);
      segment.state = catalog::SegmentState::kLost;
      batch_.segments.push_back(publisher_.settled(std::move(segment)));
    }
  }
}

void Archiver::accept(TakenSegment segment) {
  const arena::SealedSegment& sealed = segment.sealed;
  catalog::Segment row = row_of(sealed);
  const auto noted = catalog_.read().find(row.stream, row.sequence);
  if (!noted) {
    complain(noted.error());
    fresh_.push_back(std::move(segment));
    return;
  }
  if (*noted) {
    if ((*noted)->key == row.key && (*noted)->state == catalog::SegmentState::kStored) {
      counters_.stored(row);
      arenas_.release(segment.ref);
      return;
    }
    if ((*noted)->key != row.key) {
      spdlog::error("{} has the number of {} in the catalog, whose entry it replaces", row.key,
                    (*noted)->key);
    }
    row.live_gap = (*noted)->live_gap;
  }
  note_hole(sealed);
  publisher_.taken(row);
  describe(sealed);
  local_.segment(sealed, row.key);
  uploader_.add(std::move(segment));
}

/// What is absent before a segment will never be stored.
void Archiver::note_hole(const arena::SealedSegment& sealed) {
  const arena::SegmentRecord& record = sealed.record;
  const arena::Hole hole{record.hole_ns, record.absent_segments};
  for (uint32_t i = 0; i < hole.segments; ++i) {
    catalog::Segment row{.stream = sealed.stream,
                         .sequence = sealed.sequence - hole.segments + i,
                         .state = catalog::SegmentState::kLost,
                         .record = arena::absent_segment(record, hole, i)};
    row.key = arena::absent_key(sealed, row.record, row.sequence);
    batch_.segments.push_back(publisher_.settled(std::move(row)));
  }
}

void Archiver::describe(const arena::SealedSegment& sealed) {
  const bool changed = sealed.record.discontinuity.has(arena::Discontinuity::kPmtChange) ||
                       sealed.record.discontinuity.has(arena::Discontinuity::kSourceSwitch);
  if (sealed.record.cut == arena::Cut::kStart || sealed.payload.empty() ||
      (described_.contains(sealed.stream) && !changed)) {
    return;
  }
  described_.insert(sealed.stream);
  const media::StreamInfo info = media::read_stream_info(sealed.payload.front());
  if (!info.codecs.empty()) {
    publisher_.progress(sealed.stream)
        .describe(info.codecs_attribute(), info.width, info.height, info.frame_rate);
  }
}

void Archiver::note_stored() {
  for (TakenSegment& segment : uploader_.take_stored()) {
    watch_.succeeded();
    page_.uploads.add();
    catalog::Segment row = row_of(segment.sealed);
    row.state = catalog::SegmentState::kStored;
    row.stored_at = clock_.now();
    batch_.segments.push_back(publisher_.settled(std::move(row)));
    acknowledged_.push_back(std::move(segment));
  }
}

bool Archiver::commit() {
  if (commit_after_ && clock_.monotonic() < *commit_after_) {
    return false;
  }
  if (const Status done = catalog_.commit(batch_); !done) {
    commit_after_ = clock_.monotonic() + kCommitAgainAfter;
    complain(done.error());
    return false;
  }
  commit_after_.reset();
  batch_ = {};
  return true;
}

void Archiver::release() {
  for (const TakenSegment& segment : std::exchange(acknowledged_, {})) {
    counters_.stored(row_of(segment.sealed));
    arenas_.release(segment.ref);
  }
}

void Archiver::complain(const Error& error) {
  if (told_ != error.message) {
    told_ = error.message;
    spdlog::error("{}; it is tried again", told_);
  }
}

void Archiver::show() {
  page_.heartbeat_ns.set(static_cast<uint64_t>(to_ns(clock_.now())));
  page_.uploads_in_flight.set(uploader_.in_flight());
  page_.segments_waiting.set(unsaved());
}

size_t Archiver::unsaved() const {
  return fresh_.size() + uploader_.waiting() + uploader_.in_flight() + acknowledged_.size();
}

bool Archiver::idle() {
  return begun_ && unsaved() == 0 && batch_.empty() && publisher_.idle();
}

}  // namespace sluice::upload
