#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "control/upload/archive_counters.h"
#include "control/upload/arenas.h"
#include "control/upload/local_copy.h"
#include "control/upload/publisher.h"
#include "control/upload/segment_uploader.h"
#include "control/upload/store_binding.h"
#include "control/upload/store_watch.h"
#include "storage/object/retry.h"

namespace sluice::upload {

/// The control process's work: sealed segments go from the arenas into the store; what the store
/// has acknowledged is noted in the catalog, in one transaction a turn; then its memory is given
/// back, then playlists name it. In this order, so a process that dies anywhere leaves a state from
/// which the next one goes on: nothing is lost, nothing stored twice under two names.
/// One thread, which also drives the store.
class Archiver {
 public:
  /// What it works with; the references outlive it.
  struct Parts {
    const config::Appliance& appliance;
    const Clock& clock;
    catalog::Catalog& catalog;
    arena::ControlPage& page;
    std::unique_ptr<object::ObjectStore> store;  ///< one attempt a call: repeating is done here
    object::Random random = object::system_random();
  };
  explicit Archiver(Parts parts);
  Archiver(const Archiver&) = delete;
  Archiver& operator=(const Archiver&) = delete;

  /// One round over everything; waits for transfers at most `wait`.
  void turn(std::chrono::milliseconds wait);

  /// Streams and their settings are these from now on.
  void set_streams(const std::vector<config::Stream>& streams);

  /// From now on playlists are written up to the last segment, and arenas looked for in each turn.
  void flush() { flush_ = true; }
  /// Whether the store has been reached, and every segment that was seen is stored, noted, released
  /// and published.
  bool idle();
  /// After the last turn: leaves the local copy as its options want it.
  void finish() { local_.finish(); }

  bool dataplane_runs() const { return arenas_.dataplane_runs(); }
  arena::StoreState store_state() const { return watch_.state(); }
  /// Segments that were seen and are not noted as stored.
  size_t unsaved() const;

 private:
  void look_for_arenas();
  void take();
  void seed();
  bool begin();
  void accept(TakenSegment segment);
  void note_hole(const arena::SealedSegment& sealed);
  void describe(const arena::SealedSegment& sealed);
  void write_off_pending(const std::vector<catalog::Segment>& pending);
  void note_stored();
  bool commit();
  void release();
  void complain(const Error& error);
  void show();

  const config::Appliance& appliance_;
  const Clock& clock_;
  catalog::Catalog& catalog_;
  arena::ControlPage& page_;
  ArchiveCounters counters_;
  StoreWatch watch_;
  LocalCopy local_;
  Arenas arenas_;
  std::unique_ptr<object::ObjectStore> store_;
  StoreBinding binding_;
  SegmentUploader uploader_;
  Publisher publisher_;

  bool begun_ = false;
  bool flush_ = false;
  bool all_attached_ = false;
  std::optional<Clock::Monotonic> looked_;
  std::optional<Clock::Monotonic> commit_after_;
  std::vector<StreamId> unseeded_;
  std::map<std::string, catalog::Continuation> newest_taken_;
  std::vector<TakenSegment> fresh_;         // seen before the store was
  std::set<std::string> described_;         // streams whose media facts this process has read
  catalog::Batch batch_;                    // to be committed
  std::vector<TakenSegment> acknowledged_;  // to be released once it is
  std::string told_;
};

}  // namespace sluice::upload
