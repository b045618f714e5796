#include "dataplane/source/vdev.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace sluice::source {

Vdev Vdev::parse(std::string_view text) {
  Vdev vdev;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (vdev.name.empty()) {
      vdev.name = part;
      continue;
    }
    const size_t equals = part.find('=');
    vdev.arguments.emplace_back(part.substr(0, equals), equals == std::string_view::npos
                                                            ? std::string_view()
                                                            : part.substr(equals + 1));
  }
  return vdev;
}

std::string Vdev::str() const {
  return arguments.empty() ? name : name + "," + argument_text();
}

std::string Vdev::argument_text() const {
  std::string text;
  for (const auto& [key, value] : arguments) {
    text += (text.empty() ? "" : ",") + key + (value.empty() ? "" : "=" + value);
  }
  return text;
}

std::optional<std::string> Vdev::argument(std::string_view key) const {
  for (const auto& [name_of, value] : arguments) {
    if (name_of == key) {
      return value;
    }
  }
  return std::nullopt;
}

void Vdev::set_default(std::string key, std::string value) {
  if (!argument(key)) {
    arguments.emplace_back(std::move(key), std::move(value));
  }
}

std::vector<Vdev> vdevs(const std::vector<std::string>& eal) {
  constexpr std::string_view kFlag = "--vdev";
  std::vector<Vdev> found;
  for (size_t i = 0; i < eal.size(); ++i) {
    const std::string_view argument = eal[i];
    if (argument == kFlag && i + 1 < eal.size()) {
      found.push_back(Vdev::parse(eal[++i]));
    } else if (argument.starts_with(kFlag) && argument.substr(kFlag.size()).starts_with('=')) {
      found.push_back(Vdev::parse(argument.substr(kFlag.size() + 1)));
    }
  }
  return found;
}

bool is_af_packet(const Vdev& vdev) {
  return vdev.name.starts_with("net_af_packet");
}

bool is_af_xdp(const Vdev& vdev) {
  return vdev.name.starts_with("net_af_xdp");
}

uint32_t frame_size(const Vdev& vdev) {
  const auto size = vdev.argument("framesz");
  return size ? static_cast<uint32_t>(std::strtoul(size->c_str(), nullptr, 10)) : 0;
}

void complete_af_packet(Vdev& vdev, const Interface& interface, unsigned queues, uint32_t most) {
  // Above this lie only loopback and super-frames of segmentation offload.
  constexpr unsigned kLargestMtu = 9216;
  constexpr unsigned kOverhead = 128;  // the kernel's header, Ethernet and two tags
  constexpr unsigned kRingBytes = 32U << 20;
  const unsigned wanted =
      std::max(2048U, std::bit_ceil(std::min(interface.mtu, kLargestMtu) + kOverhead));
  const unsigned frame = std::min(wanted, std::bit_floor(most));
  vdev.set_default("framesz", std::to_string(frame));
  vdev.set_default("blocksz", std::to_string(frame * 32));
  vdev.set_default("framecnt", std::to_string(kRingBytes / frame));
  if (queues > 1) {
    vdev.set_default("qpairs", std::to_string(queues));
  }
}

}  // namespace sluice::source
