#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "config/appliance.h"

namespace sluice::api {

/// The appliance as it is now: its streams may change while requests are answered. Any thread.
class ApplianceAccess {
 public:
  explicit ApplianceAccess(config::Appliance appliance)
      : now_(std::make_shared<const config::Appliance>(std::move(appliance))) {}

  /// What is returned does not change.
  std::shared_ptr<const config::Appliance> get() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void set_streams(std::vector<config::Stream> streams) {
    config::Appliance next = *get();
    next.streams = std::move(streams);
    auto fresh = std::make_shared<const config::Appliance>(std::move(next));
    const std::lock_guard lock(mutex_);
    now_ = std::move(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const config::Appliance> now_;
};

}  // namespace sluice::api
