#include "config/not_acted_upon.h"

#include <algorithm>

#include "config/base/units.h"

namespace sluice::config {

std::vector<std::string> not_acted_upon(const Appliance& appliance) {
  std::vector<std::string> notes;
  if (appliance.spool.max != 0) {
    notes.push_back(
        "spool: there is none in this version: while the store is away, segments wait in the "
        "arena");
  }
  const bool kept_otherwise = std::ranges::any_of(appliance.streams, [](const Stream& stream) {
    return stream.retention != Stream{.name = stream.name}.retention;
  });
  if (kept_otherwise) {
    notes.push_back(
        "retention: this version deletes nothing: give the bucket a lifecycle rule instead");
  }
  return notes;
}

}  // namespace sluice::config
