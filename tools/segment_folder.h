#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/base/result.h"
#include "dataplane/segment/output.h"

namespace sluice::tools {

/// A segment that was written.
struct SegmentFile {
  std::string name;
  uint64_t bytes = 0;
  arena::SegmentRecord record;
};

/// Puts segments into a folder as segment_00000.ts, segment_00001.ts, …. They are collected in a
/// hidden folder within it and appear together with `publish`; without it, nothing remains of them.
class SegmentFolder final : public segment::SegmentOutput {
 public:
  /// Makes the folder if it is not there.
  static Result<std::unique_ptr<SegmentFolder>> create(const std::filesystem::path& folder);
  ~SegmentFolder() override;
  SegmentFolder(const SegmentFolder&) = delete;
  SegmentFolder& operator=(const SegmentFolder&) = delete;

  bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept override;
  bool is_open() const noexcept override { return open_; }
  arena::SegmentRecord& record() noexcept override { return record_; }
  bool append(Bytes packets) noexcept override;
  uint64_t appended() const noexcept override { return bytes_.size(); }
  void commit(uint64_t bytes) noexcept override { committed_ = bytes; }
  bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept override;
  void seal() noexcept override;

  /// Why no more could be written; from then on nothing can be opened.
  const Status& status() const { return status_; }
  /// What has been written, in order.
  const std::vector<SegmentFile>& files() const { return files_; }

  /// Writes one more file beside the segments.
  Status add(const std::string& name, const std::string& text);
  /// Lets the files appear, in place of those of an earlier run.
  Status publish();

 private:
  SegmentFolder(std::filesystem::path folder, std::filesystem::path hidden);
  Status write(const std::string& name, Bytes bytes) const;
  void finish_file(uint64_t size) noexcept;

  const std::filesystem::path folder_;
  const std::filesystem::path hidden_;
  bool open_ = false;
  arena::SegmentRecord record_;
  std::vector<uint8_t> bytes_;  ///< of the open segment
  uint64_t committed_ = 0;
  std::vector<SegmentFile> files_;
  std::vector<std::string> others_;
  Status status_;
};

}  // namespace sluice::tools
