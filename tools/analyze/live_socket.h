#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "dataplane/net/ip_address.h"
#include "storage/object/unique_fd.h"

namespace sluice::tools::analyze {

/// An ordinary UDP socket that a group was joined with: it needs no privileges, and the kernel
/// stamps what arrives.
class LiveSocket {
 public:
  /// @param interface  needed for a multicast group
  static Result<LiveSocket> open(const net::IpAddress& address, uint16_t port,
                                 const std::string& interface);

  struct Datagram {
    Bytes bytes;  ///< good until the next call
    int64_t arrival_ns = 0;
  };
  /// The next datagram, waiting for it for at most 0.1 s.
  std::optional<Datagram> next();
  /// Datagrams for which the kernel had no room.
  uint64_t dropped() const { return dropped_; }

 private:
  explicit LiveSocket(object::UniqueFd socket) : socket_(std::move(socket)), buffer_(65'536) {}

  object::UniqueFd socket_;
  std::vector<uint8_t> buffer_;
  uint64_t dropped_ = 0;
};

}  // namespace sluice::tools::analyze
