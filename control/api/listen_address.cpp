#include "control/api/listen_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>

namespace sluice::api {
namespace {

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> split(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host.starts_with('[') && parts.host.ends_with(']')) {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  } else if (parts.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  unsigned port = 0;
  const char* end = parts.port.data() + parts.port.size();
  const auto parsed = std::from_chars(parts.port.data(), end, port);
  if (parts.host.empty() || parsed.ec != std::errc() || parsed.ptr != end || port > 65535) {
    return std::nullopt;
  }
  return parts;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolve(const HostPort& parts) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(parts.host.c_str(), parts.port.c_str(), &hints, &found);
  return {error == 0 ? found : nullptr, freeaddrinfo};
}

uint16_t bound_port(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  const in_port_t port = address.ss_family == AF_INET6
                             ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                             : reinterpret_cast<sockaddr_in&>(address).sin_port;
  return ntohs(port);
}

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; another program (or another sluice) has this port: stop it, or set control.listen";
    case EADDRNOTAVAIL:
      return "; no interface of this machine has this address: set control.listen";
    case EACCES:
      return "; ports below 1024 need rights: set control.listen";
    default:
      return "";
  }
}

}  // namespace

Result<Listener> listen_on(const std::string& address) {
  const auto parts = split(address);
  const Addresses found = parts ? resolve(*parts) : Addresses(nullptr, freeaddrinfo);
  if (!found) {
    return fail("control.listen: \"" + address +
                "\" is no address and port; write it like 127.0.0.1:3001 or [::]:3001");
  }
  const auto failed = [&](int error) {
    Error result = system_error("cannot listen on " + address, error);
    result.message += advice(error);
    return fail(std::move(result));
  };
  object::UniqueFd listener(
      socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (listener.get() < 0) {
    return failed(errno);
  }
  const int on = 1;
  const int off = 0;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (found->ai_family == AF_INET6) {
    setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(listener.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    return failed(errno);
  }
  const uint16_t port = bound_port(listener.get());
  return Listener{std::move(listener), port};
}

}  // namespace sluice::api
