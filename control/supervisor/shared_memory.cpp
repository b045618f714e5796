#include "control/supervisor/shared_memory.h"

#include <system_error>

#include "config/base/file_lock.h"
#include "config/roll.h"
#include "storage/arena/command.h"
#include "storage/arena/reader.h"
#include "storage/arena/stats.h"

namespace sluice::supervisor {
namespace {

Status check_drained(const std::filesystem::path& folder) {
  for (const std::filesystem::path& file : arena::arena_files(folder)) {
    const auto reader = arena::ArenaReader::attach(file);
    if (!reader) {
      return fail(reader.error());
    }
    if (!(*reader)->drained()) {
      return fail("segments that are not stored yet wait in " + file.string() +
                  "; the next run stores them");
    }
  }
  return {};
}

}  // namespace

Status remove_shared_memory(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return {};
  }
  // With both roles taken, nobody can attach to what is about to go.
  const auto dataplane = FileLock::take(arena::dataplane_lock_path(folder));
  if (!dataplane) {
    return fail(dataplane.error());
  }
  const auto control = FileLock::take(arena::control_lock_path(folder));
  if (!control) {
    return fail(control.error());
  }
  if (Status drained = check_drained(folder); !drained) {
    return drained;
  }
  for (const std::filesystem::path& file : arena::arena_files(folder)) {
    std::filesystem::remove(file, error);
  }
  for (const std::filesystem::path& file :
       {arena::stats_path(folder), arena::control_page_path(folder),
        arena::dataplane_lock_path(folder), arena::control_lock_path(folder),
        arena::command_socket_path(folder), config::roll_path(folder)}) {
    std::filesystem::remove(file, error);
  }
  // Fails if something else lies there, which is then not ours to take away.
  std::filesystem::remove(folder, error);
  return {};
}

}  // namespace sluice::supervisor
