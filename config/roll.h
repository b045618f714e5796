#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::config {

/// A stream that is in force.
struct RollEntry {
  Stream stream;
  bool by_command = false;  ///< it came by the command socket; else from the configuration
  std::string line;         ///< as it stands in the roll's file
};

RollEntry make_entry(Stream stream, bool by_command);

/// Which streams are in force: those of the configuration, with what was changed by command. The
/// dataplane writes it to the file `streams` in the appliance's folder of shared memory whenever
/// it changes; control follows the file, and a dataplane that starts takes the commands from it.
/// So either may die at any time and finds the set again. It is gone with the shared memory, as
/// after a reboot: then the configuration counts alone.
struct Roll {
  uint64_t generation = 0;  ///< grows with each change
  std::vector<RollEntry> entries;
  /// Streams of the configuration that were removed by command.
  std::vector<std::string> removed;

  std::vector<Stream> streams() const;
};

std::filesystem::path roll_path(const std::filesystem::path& folder);

/// Puts the roll where readers find the old one or the new one, never a part. One writer.
Status write_roll(const std::filesystem::path& file, const Roll& roll);

/// Reads a roll; kNotFound if there is none. Lines that also stand in `known` are not parsed again:
/// a change of one stream among thousands costs one.
Result<Roll> read_roll(const std::filesystem::path& file, const Roll& known = {});

/// Puts the streams that are in force in the place of the configuration's, if a dataplane has told
/// which they are.
void take_roll(Appliance& appliance);

/// Follows the roll of an appliance. One thread.
class RollFollower {
 public:
  explicit RollFollower(const std::filesystem::path& folder) : file_(roll_path(folder)) {}

  /// Whether the roll has changed since this was last asked; the first time, whether there is one.
  /// A roll that cannot be read is told once in the log and counts as unchanged.
  bool changed();
  const Roll& roll() const { return roll_; }

 private:
  std::filesystem::path file_;
  Roll roll_;
  uint64_t inode_ = 0;
};

/// The configuration's streams with what the last roll knows to have been changed by command. A
/// stream by command goes before one of the same name in the file.
Roll call_roll(const std::vector<Stream>& configured, const Roll& last);

}  // namespace sluice::config
