#include "storage/arena/segment_record.h"

namespace sluice::arena {

std::string_view to_string(Cut cut) {
  static constexpr std::array<std::string_view, 9> kNames{
      "start", "idr", "recovery_point", "irap", "i_picture", "random_access_indicator",
      "pes",   "pcr", "forced"};
  const auto i = static_cast<size_t>(cut);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::string_view to_string(Discontinuity reason) {
  static constexpr std::array<std::string_view, kDiscontinuityCount> kNames{
      "loss", "timestamp_jump", "pmt_change", "source_switch", "restart", "clock_step"};
  const auto i = static_cast<size_t>(reason);
  return i < kNames.size() ? kNames[i] : "unknown";
}

}  // namespace sluice::arena
