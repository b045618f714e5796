#include "storage/arena/stats.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sluice::arena {
namespace {

constexpr uint64_t kStatsMagic = 0x3173'7461'7473'6c73;  // "slstats1" in memory order
constexpr uint32_t kStatsVersion = 5;

template <typename Page>
Result<Page*> map_page(const std::filesystem::path& file, int open_flags, int protection) {
  const int fd = ::open(file.c_str(), open_flags | O_CLOEXEC, 0664);
  if (fd < 0) {
    return fail(system_error("cannot open " + file.string(), errno));
  }
  struct stat info {};
  ::fstat(fd, &info);
  const bool writes = (protection & PROT_WRITE) != 0;
  if (writes && info.st_size == 0 && ::posix_fallocate(fd, 0, sizeof(Page)) != 0) {
    ::close(fd);
    return fail(file.string() + ": no shared memory left for " + std::to_string(sizeof(Page)) +
                " bytes");
  }
  if (info.st_size != 0 && static_cast<size_t>(info.st_size) != sizeof(Page)) {
    ::close(fd);
    return fail(Next::kNotFound, file.string() + " was made by another version of Sluice");
  }
  if (info.st_size == 0 && !writes) {
    ::close(fd);
    return fail(Next::kNotFound, file.string() + " is not filled yet");
  }
  void* page = ::mmap(nullptr, sizeof(Page), protection, MAP_SHARED, fd, 0);
  const int reason = errno;
  ::close(fd);
  if (page == MAP_FAILED) {
    return fail(system_error("cannot map " + file.string(), reason));
  }
  return static_cast<Page*>(page);
}

}  // namespace

template <typename Page>
Result<PageFile<Page>> PageFile<Page>::create(const std::filesystem::path& file) {
  auto page = map_page<Page>(file, O_RDWR | O_CREAT, PROT_READ | PROT_WRITE);
  const bool fits = page && ((*page)->magic == 0 || ((*page)->magic == kStatsMagic &&
                                                     (*page)->layout_version == kStatsVersion));
  if (!fits) {
    if (page) {
      ::munmap(*page, sizeof(Page));
    } else if (page.error().next != Next::kNotFound) {
      return fail(page.error());
    }
    // Of another version: readers of the old file keep theirs, we start afresh.
    ::unlink(file.c_str());
    page = map_page<Page>(file, O_RDWR | O_CREAT, PROT_READ | PROT_WRITE);
    if (!page) {
      return fail(page.error());
    }
  }
  (*page)->layout_version = kStatsVersion;
  (*page)->magic = kStatsMagic;
  return PageFile(*page);
}

template <typename Page>
Result<PageFile<Page>> PageFile<Page>::read(const std::filesystem::path& file) {
  auto page = map_page<Page>(file, O_RDONLY, PROT_READ);
  if (!page) {
    return fail(page.error());
  }
  if ((*page)->magic != kStatsMagic || (*page)->layout_version != kStatsVersion) {
    ::munmap(*page, sizeof(Page));
    return fail(Next::kNotFound, file.string() + " was made by another version of Sluice");
  }
  return PageFile(*page);
}

template <typename Page>
PageFile<Page>::~PageFile() {
  if (page_ != nullptr) {
    ::munmap(page_, sizeof(Page));
  }
}

template class PageFile<StatsPage>;
template class PageFile<ControlPage>;

std::string_view to_string(PortState state) {
  static constexpr std::array<std::string_view, 3> kNames{"up", "down", "gone"};
  const auto i = static_cast<size_t>(state);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::string_view to_string(StreamState state) {
  static constexpr std::array<std::string_view, 4> kNames{"waiting", "receiving", "silent",
                                                          "failed"};
  const auto i = static_cast<size_t>(state);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::string_view to_string(StoreState state) {
  static constexpr std::array<std::string_view, 4> kNames{"unknown", "ok", "failing", "refused"};
  const auto i = static_cast<size_t>(state);
  return i < kNames.size() ? kNames[i] : "unknown";
}

uint64_t Drops::sum() const noexcept {
  uint64_t total = 0;
  for (const Counter& counter : by_reason) {
    total += counter.get();
  }
  return total;
}

Totals totals(const StatsPage& page) {
  Totals out;
  uint64_t dropped = 0;
  const auto add = [&](const Drops& drops) {
    for (size_t i = 0; i < kDropCount; ++i) {
      const uint64_t n = drops.by_reason[i].get();
      dropped += n;
      if (n > 0) {
        out.drops[std::string(to_string(static_cast<Drop>(i)))] += n;
      }
    }
  };
  // What left is read before what came in, so that traffic meanwhile counts as in flight.
  for (const StreamStats& stream : page.streams) {
    out.committed += stream.committed.get();
    add(stream.drops);
  }
  for (const LcoreStats& lcore : page.lcores) {
    add(lcore.drops);
  }
  add(page.restart);
  out.committed += page.gone.committed.get();
  add(page.gone.drops);
  for (const PortStats& port : page.ports) {
    add(port.drops);
  }
  out.received += page.gone.received.get();
  for (const PortStats& port : page.ports) {
    out.received += port.received.get();
  }
  const uint64_t left = out.committed + dropped;
  out.in_flight = out.received > left ? out.received - left : 0;
  return out;
}

std::filesystem::path stats_path(const std::filesystem::path& folder) {
  return folder / "stats";
}
std::filesystem::path control_page_path(const std::filesystem::path& folder) {
  return folder / "control";
}
std::filesystem::path dataplane_lock_path(const std::filesystem::path& folder) {
  return folder / "dataplane.lock";
}
std::filesystem::path control_lock_path(const std::filesystem::path& folder) {
  return folder / "control.lock";
}

}  // namespace sluice::arena
