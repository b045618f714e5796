#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "config/base/utc.h"
#include "storage/arena/segment_record.h"

/// What the object store holds, as far as this appliance knows: one SQLite file (WAL,
/// synchronous=FULL) with a row a segment, and where publishing stands. A row in state `stored`
/// stands on disk before its arena memory is given back or a playlist names it.
namespace sluice::catalog {

/// `pending`: sealed, and already listed as a gap, but not yet stored. `lost`: it will never be
/// stored.
enum class SegmentState : uint8_t { kPending, kStored, kLost };
std::string_view to_string(SegmentState state);

/// One segment. {stream, sequence} names it; so does its key.
struct Segment {
  std::string stream;
  uint64_t sequence = 0;  ///< grows by one a segment over the stream's whole life
  uint64_t number_in_hour = 0;
  std::string key;
  uint64_t bytes = 0;
  SegmentState state = SegmentState::kPending;
  bool live_gap = false;  ///< the live playlist has shown it as EXT-X-GAP, and does so for good
  Utc stored_at{};        ///< when the store's acknowledgement was noted
  arena::SegmentRecord record;

  Utc start() const { return utc_from_ns(record.start_utc_ns); }
  /// The hour that it belongs to: that of its start.
  Utc hour() const { return floor_hour(start()); }
};

/// One stream: what its playlists have shown so far, and what its media is.
struct Stream {
  std::string name;
  uint64_t live_first = 0;  ///< sequence of the first segment in the live window
  uint64_t live_next = 0;   ///< one behind the last in the live window; equal to live_first = empty
  uint64_t live_discontinuities = 0;  ///< EXT-X-DISCONTINUITY-SEQUENCE of the live window
  uint64_t settled_next = 0;          ///< every segment before this one is stored or lost for good
  std::string codecs;                 ///< RFC 6381, "avc1.64001f,mp4a.40.2"; empty = not known
  uint32_t width = 0;                 ///< 0 = not known, or no video
  uint32_t height = 0;
  double frame_rate = 0;  ///< 0 = not known
  bool operator==(const Stream&) const = default;
};

/// One hour of one stream: how far its playlists are.
struct Hour {
  std::string stream;
  Utc hour{};
  uint64_t listed = 0;      ///< segments that the published playlists name
  bool complete = false;    ///< published with EXT-X-ENDLIST
  bool wall_clock = false;  ///< captured as it happened, so the wall clock tells when it is over
  Utc expires{};            ///< when the first URL in its hourly index stops working; 0 = never
  std::string url;          ///< of its hourly index, as urls.log has it; empty = not published
  Utc url_expires{};        ///< when `url` stops working; 0 = never
};

/// Changes that belong into one transaction. Rows replace those of the same name.
struct Batch {
  std::vector<Segment> segments;
  std::vector<Stream> streams;
  std::vector<Hour> hours;

  bool empty() const { return segments.empty() && streams.empty() && hours.empty(); }
};

/// Where a stream's numbers go on: behind its last segment.
struct Continuation {
  uint64_t next_sequence = 0;
  Utc hour{};  ///< that next_in_hour belongs to
  uint64_t next_in_hour = 0;
  Utc last_start{};
  Utc last_end{};  ///< of its media
};

class Database;

/// Read access by a connection of its own. Any number may be open, in any process; each belongs to
/// one thread at a time. Every query sees one consistent state. Lists are in the order of sequence.
class CatalogReader {
 public:
  /// Fails with kNotFound if there is no such file (yet).
  static Result<CatalogReader> open(const std::filesystem::path& file);
  CatalogReader(CatalogReader&&) noexcept;
  CatalogReader& operator=(CatalogReader&&) noexcept;
  ~CatalogReader();

  Result<std::vector<Stream>> streams() const;
  Result<std::optional<Stream>> stream(std::string_view name) const;

  Result<std::optional<Segment>> find(std::string_view stream, uint64_t sequence) const;
  /// Segments with `first` <= sequence < `end`.
  Result<std::vector<Segment>> range(std::string_view stream, uint64_t first, uint64_t end) const;
  /// The newest `count`, oldest of them first.
  Result<std::vector<Segment>> last(std::string_view stream, size_t count) const;
  /// Segments that start within the hour.
  Result<std::vector<Segment>> hour(std::string_view stream, Utc hour) const;
  /// Segments of which any part lies in [from, to).
  Result<std::vector<Segment>> span(std::string_view stream, Utc from, Utc to) const;
  /// All segments in state pending, of all streams.
  Result<std::vector<Segment>> pending() const;

  /// Hours of one stream, oldest first.
  Result<std::vector<Hour>> hours(std::string_view stream) const;
  /// Hours of all streams that a playlist was published for, in the order of time, then name.
  Result<std::vector<Hour>> published_hours() const;

  /// Nothing if the stream has no segment.
  Result<std::optional<Continuation>> continuation(std::string_view stream) const;

  /// The id of the store that the catalog belongs to; empty before it is known.
  Result<std::string> store_id() const;

 private:
  friend class Catalog;
  explicit CatalogReader(std::shared_ptr<Database> database);
  std::shared_ptr<Database> database_;
};

/// The one writer. One thread.
class Catalog {
 public:
  /// Opens the catalog, makes it if it is not there, brings an older schema up to date. A file that
  /// is not a catalog, or broken, is renamed aside with a warning, and a new one is made. A newer
  /// schema than this program knows is an error.
  static Result<Catalog> open(const std::filesystem::path& file);
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;
  ~Catalog();

  /// Writes all of it, or nothing: one transaction, on disk when this returns.
  Status commit(const Batch& batch);

  Status set_store_id(std::string_view id);

  /// Keeps a copy beside the file and empties the catalog: the store that it described is gone.
  /// @return the copy's path
  Result<std::filesystem::path> start_anew();

  /// Queries on the writer's own connection.
  const CatalogReader& read() const { return reader_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  Catalog(std::filesystem::path file, std::shared_ptr<Database> database);
  std::filesystem::path file_;
  CatalogReader reader_;
};

/// The catalog's file for a store: "<state folder>/catalog-<hash of endpoint, bucket, prefix>.db".
std::filesystem::path catalog_path(const config::Appliance& appliance);

}  // namespace sluice::catalog
