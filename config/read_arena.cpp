#include "config/base/units.h"
#include "config/sections.h"

namespace sluice::config {

void read_arena(YamlMap& top, uint64_t needed, Arena& out) {
  using namespace std::chrono_literals;
  auto map = top.map("arena");
  if (!map) {
    return;
  }
  if (map->path("path", out.path) && (!out.path.is_absolute() || out.path == "/")) {
    map->problem("path", "must be a folder's whole path, like /dev/shm/sluice");
  }
  map->duration("hold", out.hold, 1s, 24h);
  const bool sized = map->size("size", out.size);
  map->close();
  if (map->has("hold") && map->has("size")) {
    map->problem("size", "goes instead of hold: give one of the two");
  }
  if (sized && out.size < needed) {
    map->problem("size", format_size(out.size) +
                             " is too small: to cut these streams at all takes " +
                             format_size(needed));
  }
}

}  // namespace sluice::config
