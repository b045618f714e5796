#include "storage/catalog/faulty_pids.h"

#include <array>
#include <charconv>

namespace sluice::catalog {
namespace {

constexpr std::array kFaults{&arena::PidFaults::cc_errors, &arena::PidFaults::transport_errors,
                             &arena::PidFaults::scrambled, &arena::PidFaults::crc_errors};

/// Takes a number and the character behind it from the front. False if there is none.
bool take_number(std::string_view& text, uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) {
    return false;
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  text.remove_prefix(text.empty() ? 0 : 1);
  return true;
}

}  // namespace

std::string render_faulty_pids(const arena::FaultyPids& faulty) {
  std::string text;
  for (const arena::PidFaults& faults : faulty.pids) {
    if (faults.empty()) {
      break;
    }
    text += (text.empty() ? "" : " ") + std::to_string(faults.pid);
    char separator = ':';
    for (const auto fault : kFaults) {
      text += separator + std::to_string(faults.*fault);
      separator = ',';
    }
  }
  return text;
}

arena::FaultyPids parse_faulty_pids(std::string_view text) {
  arena::FaultyPids faulty;
  uint32_t pid = 0;
  while (take_number(text, pid)) {
    for (const auto fault : kFaults) {
      uint32_t count = 0;
      if (!take_number(text, count)) {
        return faulty;
      }
      faulty.add(static_cast<uint16_t>(pid), fault, count);
    }
  }
  return faulty;
}

}  // namespace sluice::catalog
