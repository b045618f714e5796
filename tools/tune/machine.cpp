#include "tools/tune/machine.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace sluice::tools::tune {
namespace {

constexpr unsigned kMostCpus = 8192;

std::optional<ReceiveRing> kernel_ring(const std::string& interface) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return std::nullopt;
  }
  ethtool_ringparam ring{};
  ring.cmd = ETHTOOL_GRINGPARAM;
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_data = reinterpret_cast<char*>(&ring);
  const bool told = ::ioctl(fd, SIOCETHTOOL, &request) == 0 && ring.rx_max_pending > 0;
  ::close(fd);
  return told ? std::optional(ReceiveRing{ring.rx_pending, ring.rx_max_pending}) : std::nullopt;
}

bool kernel_clock_is_set() {
  timex state{};
  return ::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace

Machine Machine::own() {
  return {"/", kernel_ring, kernel_clock_is_set};
}

std::vector<std::string> Machine::lines(const std::filesystem::path& file) const {
  std::ifstream in(at(file));
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    out.push_back(line);
  }
  return out;
}

std::optional<std::string> Machine::line(const std::filesystem::path& file) const {
  const auto all = lines(file);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::optional<uint64_t> Machine::number(const std::filesystem::path& file) const {
  const auto text = line(file);
  uint64_t value = 0;
  if (!text ||
      std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

Cpus Machine::cpus(const std::filesystem::path& file) const {
  return parse_cpus(line(file).value_or(""));
}

std::vector<std::string> Machine::names(const std::filesystem::path& folder) const {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(at(folder), error)) {
    out.push_back(entry.path().filename());
  }
  std::ranges::sort(out);
  return out;
}

bool Machine::exists(const std::filesystem::path& file) const {
  std::error_code error;
  return std::filesystem::exists(at(file), error);
}

std::string Machine::link(const std::filesystem::path& file) const {
  std::error_code error;
  return std::filesystem::read_symlink(at(file), error).filename();
}

uint64_t Machine::room(std::filesystem::path folder) const {
  folder = at(folder);
  std::error_code error;
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  struct statvfs info {};
  return ::statvfs(folder.c_str(), &info) == 0 ? uint64_t{info.f_blocks} * info.f_frsize : 0;
}

Cpus parse_cpus(const std::string& text) {
  Cpus out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    unsigned first = 0;
    const auto begin = std::from_chars(at, end, first);
    if (begin.ec != std::errc()) {
      return {};
    }
    unsigned last = first;
    at = begin.ptr;
    if (at < end && *at == '-') {
      const auto range = std::from_chars(at + 1, end, last);
      if (range.ec != std::errc()) {
        return {};
      }
      at = range.ptr;
    }
    for (unsigned cpu = first; cpu <= last && cpu < kMostCpus; ++cpu) {
      out.insert(cpu);
    }
    if (at < end && *at++ != ',') {
      return {};
    }
  }
  return out;
}

std::string to_string(const Cpus& cpus) {
  std::string out;
  for (auto at = cpus.begin(); at != cpus.end();) {
    const unsigned first = *at;
    unsigned last = first;
    while (++at != cpus.end() && *at == last + 1) {
      ++last;
    }
    out += (out.empty() ? "" : ",") + std::to_string(first);
    if (last != first) {
      out += "-" + std::to_string(last);
    }
  }
  return out;
}

}  // namespace sluice::tools::tune
