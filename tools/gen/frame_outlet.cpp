#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "storage/object/unique_fd.h"
#include "tools/gen/frame_header.h"
#include "tools/gen/outlet.h"

namespace sluice::gen {
namespace {

using object::UniqueFd;

class FrameOutlet final : public Outlet {
 public:
  FrameOutlet(UniqueFd socket, unsigned interface, std::vector<FrameHeader> headers)
      : socket_(std::move(socket)), headers_(std::move(headers)) {
    to_.sll_family = AF_PACKET;
    to_.sll_ifindex = static_cast<int>(interface);
    to_.sll_halen = ETH_ALEN;
  }

  size_t send(std::span<const Outgoing> datagrams) override {
    std::array<mmsghdr, kBatch> messages{};
    std::array<std::array<iovec, 2>, kBatch> pieces{};
    for (size_t i = 0; i < datagrams.size(); ++i) {
      FrameHeader& header = headers_[datagrams[i].channel];
      header.write(datagrams[i].payload, room_[i].data());
      pieces[i] = {
          {{room_[i].data(), header.size()},
           {const_cast<uint8_t*>(datagrams[i].payload.data()), datagrams[i].payload.size()}}};
      messages[i].msg_hdr = {.msg_name = &to_,
                             .msg_namelen = sizeof to_,
                             .msg_iov = pieces[i].data(),
                             .msg_iovlen = pieces[i].size()};
    }
    size_t done = 0;
    size_t failed = 0;
    while (done < datagrams.size()) {
      const int sent = ::sendmmsg(socket_.get(), &messages[done],
                                  static_cast<unsigned>(datagrams.size() - done), 0);
      if (sent > 0) {
        done += static_cast<size_t>(sent);
      } else if (errno != EINTR && errno != ENOBUFS) {
        ++failed;
        ++done;
      }
    }
    return failed;
  }

 private:
  static constexpr size_t kLongestHeader = 128;
  UniqueFd socket_;
  sockaddr_ll to_{};
  std::vector<FrameHeader> headers_;
  std::array<std::array<uint8_t, kLongestHeader>, kBatch> room_{};
};

}  // namespace

Result<std::unique_ptr<Outlet>> open_frames(const Options& options,
                                            const std::vector<Destination>& channels) {
  const unsigned interface = ::if_nametoindex(options.interface.c_str());
  if (interface == 0) {
    return fail("there is no interface \"" + options.interface + "\"");
  }
  const auto mac = mac_of(options.interface);
  if (!mac) {
    return fail(mac.error());
  }
  // Protocol 0: it sends and receives nothing.
  UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return fail(std::string("cannot open a packet socket: ") + std::strerror(errno) +
                (errno == EPERM ? " (it takes root or CAP_NET_RAW)" : ""));
  }
  std::vector<FrameHeader> headers;
  for (const Destination& channel : channels) {
    headers.emplace_back(channel, options.from, *mac, options.vlans, options.ttl);
  }
  return std::make_unique<FrameOutlet>(std::move(socket), interface, std::move(headers));
}

}  // namespace sluice::gen
