#include "dataplane/media/tr101290.h"

namespace sluice::media {
namespace {

constexpr std::array<IndicatorInfo, kIndicatorCount> kInfos{{
    {"1.1", "TS_sync_loss", 1, "2 in a row, or 1 s silent"},
    {"1.2", "Sync_byte_error", 1, "none"},
    {"1.3.a", "PAT_error_2", 1, "0.5 s"},
    {"1.4", "Continuity_count_error", 1, "none"},
    {"1.5.a", "PMT_error_2", 1, "0.5 s"},
    {"1.6", "PID_error", 1, "5 s"},
    {"2.1", "Transport_error", 2, "none"},
    {"2.2", "CRC_error", 2, "none"},
    {"2.3a", "PCR_repetition_error", 2, "100 ms"},
    {"2.3b", "PCR_discontinuity_indicator_error", 2, "0 to 100 ms"},
    {"2.4", "PCR_accuracy_error", 2, "500 ns either way"},
    {"2.5", "PTS_error", 2, "700 ms"},
    {"2.6", "CAT_error", 2, "2 s"},
}};

}  // namespace

const IndicatorInfo& info(Indicator indicator) {
  return kInfos[static_cast<size_t>(indicator)];
}

}  // namespace sluice::media
