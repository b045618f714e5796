#include "storage/object/endpoint.h"

#include <algorithm>
#include <cctype>

namespace sluice::object {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Where the port's ':' stands, past the brackets of an IPv6 address; npos = no port.
size_t port_colon(std::string_view authority) {
  const size_t bracket = authority.rfind(']');
  return authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view url) {
  const auto wrong = [url](std::string_view why) {
    return fail("storage endpoint '" + std::string(url) + "' " + std::string(why) +
                ": it has to look like https://host or http://host:port");
  };
  Endpoint out;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    out.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return wrong("is neither http:// nor https://");
  }
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  if (rest.find_first_of("/?#") != std::string_view::npos) {
    return wrong("has a path, which S3 signatures do not allow for");
  }
  if (rest.find_first_of("@ \t\r\n") != std::string_view::npos) {
    return wrong("has a user name or a blank");
  }
  std::string_view host = rest.substr(0, port_colon(rest));
  std::string_view port;
  if (host.size() < rest.size()) {
    port = rest.substr(host.size() + 1);
    if (!is_port(port)) {
      return wrong("has a port that is not a number");
    }
  }
  if (host.empty()) {
    return wrong("has no host");
  }
  // HTTP clients leave the scheme's own port out of Host, and Host is signed
  if (port == (out.tls ? "443" : "80")) {
    port = {};
  }
  out.authority = host;
  std::transform(out.authority.begin(), out.authority.end(), out.authority.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!port.empty()) {
    out.authority += ':' + std::string(port);
  }
  return out;
}

}  // namespace sluice::object
