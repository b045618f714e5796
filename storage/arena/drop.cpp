#include "storage/arena/drop.h"

namespace sluice::arena {

std::string_view to_string(Drop drop) {
  static constexpr std::array<std::string_view, kDropCount> kNames{
      "truncated", "bad_ethernet",   "bad_ip_header",   "bad_ip_checksum",
      "fragment",  "bad_udp_length", "bad_udp_payload", "bad_rtp",
      "duplicate", "late",           "not_ts",          "no_mbuf",
      "ring_full", "arena_full",     "stream_removed",  "lost_in_restart"};
  const auto i = static_cast<size_t>(drop);
  return i < kNames.size() ? kNames[i] : "unknown";
}

}  // namespace sluice::arena
