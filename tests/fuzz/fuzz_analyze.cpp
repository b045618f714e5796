#include <algorithm>
#include <memory>

#include "tools/analyze/datagrams.h"
#include "tools/analyze/file_clock.h"
#include "tools/analyze/report.h"

using namespace sluice;
using namespace sluice::tools::analyze;

/// The first byte chooses: the rest as a file, or as datagrams of up to 255 x 8 bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Bytes rest(data + 1, size - 1);
  const bool is_file = data[0] % 2 == 0;
  const auto measurement = std::make_unique<Measurement>(is_file ? Measurement::Times::kPlace
                                                                 : Measurement::Times::kArrival);
  if (is_file) {
    FileClock clock(rest);
    TsWalk walk(rest);
    while (const auto step = walk.next()) {
      measurement->set_time(clock.at(step->number).value_or(0));
      measurement->take_bad_sync(step->bad_sync);
      measurement->take(step->packet, step->number);
    }
  } else {
    Datagrams datagrams(*measurement);
    for (int64_t now_ns = 0; rest.size() > 1;) {
      now_ns += int64_t{rest[0]} * 4'000'000;
      const size_t length = std::min<size_t>(size_t{rest[0]} * 8, rest.size() - 1);
      datagrams.take(rest.subspan(1, length), now_ns);
      rest = rest.subspan(1 + length);
    }
    datagrams.finish();
  }
  measurement->finish();
  report_json({}, *measurement).dump(-1, ' ', false, Json::error_handler_t::replace);
  return 0;
}
