#pragma once

#include "config/base/error.h"
#include "storage/arena/stats.h"

namespace sluice::upload {

/// What is known of the store's health: shown on control's page, and logged once a change.
class StoreWatch {
 public:
  /// @param page  outlives this
  explicit StoreWatch(arena::ControlPage& page);

  void succeeded();
  void failed(const Error& error);

  arena::StoreState state() const { return state_; }

 private:
  void show(const std::string& error);

  arena::ControlPage& page_;
  arena::StoreState state_ = arena::StoreState::kUnknown;
};

}  // namespace sluice::upload
