#include "control/upload/store_watch.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace sluice::upload {

StoreWatch::StoreWatch(arena::ControlPage& page) : page_(page) {
  show("");
}

void StoreWatch::succeeded() {
  if (state_ == arena::StoreState::kOk) {
    return;
  }
  if (state_ != arena::StoreState::kUnknown) {
    spdlog::info("the object store answers again");
  }
  state_ = arena::StoreState::kOk;
  show("");
}

void StoreWatch::failed(const Error& error) {
  page_.upload_failures.add();
  const auto now =
      error.next == Next::kRetry ? arena::StoreState::kFailing : arena::StoreState::kRefused;
  if (now != state_) {
    spdlog::error("the object store {}: {}. Capture goes on and waits for it",
                  now == arena::StoreState::kFailing ? "fails" : "refuses", error.message);
  }
  state_ = now;
  show(error.message);
}

void StoreWatch::show(const std::string& error) {
  page_.store_state.set(static_cast<uint64_t>(state_));
  const size_t n = std::min(error.size(), sizeof page_.store_error - 1);
  std::copy_n(error.data(), n, page_.store_error);
  page_.store_error[n] = '\0';
}

}  // namespace sluice::upload
