#include <algorithm>
#include <cstdlib>

#include "dataplane/net/igmp.h"
#include "dataplane/net/internet_checksum.h"
#include "dataplane/net/membership_host.h"
#include "dataplane/net/mld.h"

namespace {

using namespace sluice;
using namespace sluice::net;
using namespace std::chrono_literals;

using Packet = std::vector<uint8_t>;

void set_checksum(Packet& packet, size_t at, uint16_t value) {
  packet[at] = static_cast<uint8_t>(value >> 8);
  packet[at + 1] = static_cast<uint8_t>(value);
}

/// A message behind sound headers, with a right checksum, which no fuzzer would find.
Packet wrap_igmp(Bytes message) {
  Packet packet = {0x45, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 1, 224, 0, 0, 1};
  packet.insert(packet.end(), message.begin(), message.end());
  if (message.size() >= 4) {
    set_checksum(packet, 22, 0);
    set_checksum(packet, 22, InternetChecksum().add(Bytes(packet).subspan(20)).value());
  }
  return packet;
}

Packet wrap_mld(Bytes message) {
  Packet packet = {0x60, 0, 0, 0, 0, static_cast<uint8_t>(message.size() + 8), 0, 1};
  packet.insert(packet.end(), {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  packet.insert(packet.end(), {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  packet.insert(packet.end(), {58, 0, 5, 2, 0, 0, 1, 0});
  packet.insert(packet.end(), message.begin(), message.end());
  if (message.size() >= 4) {
    set_checksum(packet, 50, 0);
    const Packet rest = {0, 0, 0, static_cast<uint8_t>(message.size()), 0, 0, 0, 58};
    const auto sum = InternetChecksum().add(Bytes(packet).subspan(8, 32)).add(rest);
    set_checksum(packet, 50, InternetChecksum(sum).add(Bytes(packet).subspan(48)).value());
  }
  return packet;
}

/// Hosts of both families with groups of each kind, who hear a packet a second: nothing is read
/// outside it, what is said fits into a frame, and silence follows the last question. In front of
/// each packet a byte tells its length and whether it is one, or a message to be wrapped.
void listen(std::unique_ptr<MembershipProtocol> protocol, const std::vector<Group>& groups,
            Packet (*wrap)(Bytes), Bytes bytes) {
  size_t said = 0;
  MembershipHost host(std::move(protocol), 1, [&said](const MembershipHost::Frame& frame) {
    if (frame.size() < 60 || frame.size() > 1518) {
      std::abort();
    }
    ++said;
  });
  Membership::Monotonic now(1h);
  host.want(groups);
  while (!bytes.empty()) {
    const bool whole = (bytes[0] & 0x80) != 0;
    const Bytes piece = bytes.subspan(1, std::min<size_t>(bytes[0] & 0x7f, bytes.size() - 1));
    bytes = bytes.subspan(1 + piece.size());
    host.hear(whole ? Packet(piece.begin(), piece.end()) : wrap(piece), now);
    now += 1s;
    host.tick(now);
  }
  for (int hour = 0; hour < 48; ++hour) {
    now += 1h;
    host.tick(now);
  }
  said = 0;
  host.tick(now + 1h);
  if (said != 0) {
    std::abort();
  }
  host.finish();
}

}  // namespace

/// What queriers, or others in their name, send.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto ip = [](const char* text) { return *IpAddress::parse(text); };
  const std::vector<Group> v4 = {
      {ip("232.1.1.1"), ip("10.0.0.1")}, {ip("232.1.1.1"), ip("10.0.0.2")}, {ip("239.1.1.1"), {}}};
  const std::vector<Group> v6 = {{ip("ff3e::1"), ip("2001:db8::1")}, {ip("ff1e::2"), {}}};
  listen(std::make_unique<Igmp>(Station{}, 0), v4, wrap_igmp, {data, size});
  listen(std::make_unique<Mld>(Station{}, 0), v6, wrap_mld, {data, size});
  return 0;
}
