#include "tools/store_check.h"

#include <chrono>
#include <memory>
#include <optional>

#include "config/base/clock.h"
#include "storage/object/factory.h"

namespace sluice::tools {
namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

Status store_accepts(const config::Appliance& appliance) {
  const SystemClock clock;
  auto store = object::make_store(appliance.storage, clock, "http://" + appliance.control.listen);
  if (!store) {
    return fail(store.error());
  }
  std::optional<Status> answer;
  (*store)->ensure_bucket([&answer](const Status& status) { answer = status; });
  const auto deadline = clock.monotonic() + kPatience;
  while (!answer && clock.monotonic() < deadline) {
    (*store)->poll(std::chrono::milliseconds(100));
  }
  if (answer && !*answer && (*answer).error().next != Next::kRetry) {
    return *answer;
  }
  return {};
}

}  // namespace sluice::tools
