#include "tools/preflight.h"

#include <net/if.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "config/arena_size.h"
#include "config/base/error.h"
#include "config/base/units.h"
#include "storage/arena/reader.h"

namespace sluice::tools {
namespace {

void want_file(const std::string& what, const std::filesystem::path& file,
               std::vector<std::string>& problems) {
  if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
    problems.push_back(system_error(what + ": cannot read " + file.string(), errno).message);
  }
}

void check_files(const config::Appliance& appliance, std::vector<std::string>& problems) {
  if (appliance.dataplane.driver == config::Driver::kFile) {
    want_file("dataplane.path", appliance.dataplane.path, problems);
  }
  for (const config::Stream& stream : appliance.streams) {
    if (stream.source.scheme == config::Scheme::kFile) {
      want_file("stream " + stream.name.str(), stream.source.path, problems);
    }
  }
  want_file("control.token_file", appliance.control.token_file, problems);
  want_file("storage.ca_file", appliance.storage.ca_file, problems);
  want_file("storage.credentials.file", appliance.storage.credentials.file, problems);
}

void check_sources(const config::Appliance& appliance, std::vector<std::string>& problems) {
  for (const config::Stream& stream : appliance.streams) {
    if (stream.source.scheme == config::Scheme::kRtsp) {
      problems.push_back("stream " + stream.name.str() +
                         ": rtsp:// is not supported yet by this build; take the stream out");
    }
  }
}

/// The memory of an arena that is there already has been paid for.
void check_memory(const config::Appliance& appliance, std::vector<std::string>& problems) {
  uint64_t there = 0;
  std::error_code error;
  for (const auto& file : arena::arena_files(appliance.arena.path)) {
    const auto size = std::filesystem::file_size(file, error);
    there += error ? 0 : size;
  }
  const uint64_t needed = config::arena_bytes(appliance);
  const uint64_t free = free_bytes(appliance.arena.path);
  if (needed > free + there) {
    problems.push_back("the arena needs " + format_size(needed) + " and " +
                       appliance.arena.path.string() + " has room for " +
                       format_size(free + there) +
                       ": make that file system larger, or arena.hold or arena.size smaller");
  }
}

}  // namespace

uint64_t free_bytes(std::filesystem::path folder) {
  std::error_code error;
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  struct statvfs info {};
  return ::statvfs(folder.c_str(), &info) == 0 ? uint64_t{info.f_bavail} * info.f_frsize : 0;
}

std::vector<std::string> preflight(const config::Appliance& appliance) {
  std::vector<std::string> problems;
  check_files(appliance, problems);
  check_sources(appliance, problems);
  const std::string& interface = appliance.dataplane.interface;
  if (!interface.empty() && ::if_nametoindex(interface.c_str()) == 0) {
    problems.push_back("this machine has no interface \"" + interface +
                       "\"; `ip link` lists those that it has");
  }
  check_memory(appliance, problems);
  return problems;
}

}  // namespace sluice::tools
