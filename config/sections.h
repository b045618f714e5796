#pragma once

#include <vector>

#include "config/appliance.h"
#include "config/yaml_map.h"

/// The readers of the file's sections, one file each. What a section says that is wrong goes to the
/// map's problems.
namespace sluice::config {

/// A stream, and the mapping that it was read from, so that later checks can say where.
struct ReadStream {
  Stream stream;
  YamlMap map;
};

void read_dataplane(YamlMap& top, Dataplane& out);
/// @param needed  bytes that the arena must at least have
void read_arena(YamlMap& top, uint64_t needed, Arena& out);
/// `defaults` and `streams`.
std::vector<ReadStream> read_streams(YamlMap& top, Defaults& defaults);
/// One of `streams`.
ReadStream read_stream(YamlMap map, const Defaults& defaults);
void read_storage(YamlMap& top, Storage& out);
void read_spool(YamlMap& top, Spool& out);
void read_control(YamlMap& top, Control& out);

/// What no stream can say for itself: names that stand twice, flows that are the same, ports that
/// do not exist.
/// @param others  streams that these join, which are known to be right
void check_streams(std::vector<ReadStream>& streams, const std::vector<const Stream*>& others,
                   const Dataplane& dataplane);

}  // namespace sluice::config
