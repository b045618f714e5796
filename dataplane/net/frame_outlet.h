#pragma once

#include <set>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "dataplane/net/station.h"

namespace sluice::net {

/// How what we say ourselves leaves a port, and how the port is told which groups to let in. One
/// thread.
class FrameOutlet {
 public:
  FrameOutlet() = default;
  FrameOutlet(const FrameOutlet&) = delete;
  FrameOutlet& operator=(const FrameOutlet&) = delete;
  virtual ~FrameOutlet() = default;

  /// Who we are there.
  virtual Station station() = 0;
  /// Sends an Ethernet frame, or drops it: what is said here is said more than once.
  virtual void send(Bytes frame) = 0;
  /// Lets frames to these Ethernet addresses, the whole set, through the port's filter.
  virtual Status admit(const std::set<MacAddress>& groups) = 0;
  /// Finds the port again that was made anew.
  virtual Status reopen() = 0;
};

}  // namespace sluice::net
