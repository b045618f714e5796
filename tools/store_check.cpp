#include "tools/store_check.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/base/clock.h"
#include "storage/object/factory.h"

namespace sluice::tools {
namespace {

constexpr std::chrono::seconds kPatience{5};

/// Makes one call and waits for its outcome, for as long as patience lasts.
/// @param call  takes the store and where the outcome goes
std::optional<Status> ask(
    object::ObjectStore& store,
    const std::function<void(object::ObjectStore&, std::optional<Status>&)>& call) {
  const SystemClock clock;
  std::optional<Status> answer;
  call(store, answer);
  const auto deadline = clock.monotonic() + kPatience;
  while (!answer && clock.monotonic() < deadline) {
    store.poll(std::chrono::milliseconds(100));
  }
  return answer;
}

}  // namespace

Status store_accepts(const config::Appliance& appliance) {
  const SystemClock clock;
  auto store = object::make_store(appliance.storage, clock, "http://" + appliance.control.listen);
  if (!store) {
    return fail(store.error());
  }
  const auto answer = ask(**store, [](object::ObjectStore& asked, std::optional<Status>& outcome) {
    asked.ensure_bucket([&outcome](const Status& status) { outcome = status; });
  });
  if (answer && !*answer && (*answer).error().next != Next::kRetry) {
    return *answer;
  }
  return {};
}

Status store_answers(const config::Appliance& appliance) {
  const SystemClock clock;
  auto store = object::make_store(appliance.storage, clock, "http://" + appliance.control.listen);
  if (!store) {
    return fail(store.error());
  }
  const auto answer = ask(**store, [](object::ObjectStore& asked, std::optional<Status>& outcome) {
    asked.list("", "", [&outcome](const Result<object::Listing>& listing) {
      outcome = listing ? Status() : fail(listing.error());
    });
  });
  if (!answer) {
    return fail("the store at " + appliance.storage.endpoint + " has not answered for " +
                std::to_string(kPatience.count()) + " s");
  }
  return *answer || answer->error().next == Next::kNotFound ? Status() : *answer;
}

}  // namespace sluice::tools
