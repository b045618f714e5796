#include "storage/arena/map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string>

#include "config/base/units.h"

namespace sluice::arena {
namespace {

constexpr std::string_view kPrefix = "arena-";

class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

uint64_t memory_available() {
  std::ifstream info("/proc/meminfo");
  std::string key;
  uint64_t kib = 0;
  std::string unit;
  while (info >> key >> kib) {
    if (key == "MemAvailable:") {
      return kib * 1024;
    }
    std::getline(info, unit);
  }
  return UINT64_MAX;
}

Status check_room(const std::filesystem::path& folder, uint64_t needed) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  const uint64_t there =
      std::min(error ? UINT64_MAX : uint64_t{space.available}, memory_available());
  if (needed <= there) {
    return {};
  }
  return fail("the arena needs " + format_size(needed) + " of shared memory in " + folder.string() +
              ", but only " + format_size(there) +
              " can be had: lower arena.hold or arena.size, record fewer streams, or add memory");
}

void describe(Header& header, const Layout& layout) {
  header.layout_version = kLayoutVersion;
  header.chunk_bytes = layout.chunk_bytes;
  header.chunk_stride = layout.chunk_stride;
  header.chunk_count = layout.chunk_count;
  header.stream_capacity = layout.stream_capacity;
  header.streams_offset = layout.streams_offset;
  header.descriptors_offset = layout.descriptors_offset;
  header.payload_offset = layout.payload_offset;
  header.total_bytes = layout.total_bytes;
  header.magic = kMagic;
}

uint64_t file_number(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  uint64_t number = 0;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number);
  return number;
}

bool is_arena_name(const std::string& name) {
  return name.starts_with(kPrefix) &&
         name.find_first_not_of("0123456789", kPrefix.size()) == std::string::npos;
}

}  // namespace

ArenaMap::~ArenaMap() {
  if (header != nullptr) {
    ::munmap(payload, layout.total_bytes - layout.payload_offset);
    ::munmap(header, layout.payload_offset);
  }
}

void ArenaMap::swap(ArenaMap& other) noexcept {
  std::swap(layout, other.layout);
  std::swap(header, other.header);
  std::swap(streams, other.streams);
  std::swap(descriptors, other.descriptors);
  std::swap(payload, other.payload);
}

Result<ArenaMap> ArenaMap::map(int fd, const Layout& layout, Side side) {
  const bool writes = side == Side::kDataplane;
  // The dataplane must not enter the kernel for a page fault in the middle of a packet.
  const int flags = MAP_SHARED | (writes ? MAP_POPULATE : 0);
  void* table = ::mmap(nullptr, layout.payload_offset, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (table == MAP_FAILED) {
    return fail(system_error("cannot map the arena's table", errno));
  }
  void* bytes = ::mmap(nullptr, layout.total_bytes - layout.payload_offset,
                       writes ? PROT_READ | PROT_WRITE : PROT_READ, flags, fd,
                       static_cast<off_t>(layout.payload_offset));
  if (bytes == MAP_FAILED) {
    const int reason = errno;
    ::munmap(table, layout.payload_offset);
    return fail(system_error("cannot map the arena's payload", reason));
  }
  ArenaMap out;
  auto* base = static_cast<uint8_t*>(table);
  out.layout = layout;
  out.header = reinterpret_cast<Header*>(base);
  out.streams = reinterpret_cast<StreamEntry*>(base + layout.streams_offset);
  out.descriptors = reinterpret_cast<Descriptor*>(base + layout.descriptors_offset);
  out.payload = static_cast<uint8_t*>(bytes);
  return out;
}

Result<ArenaMap> ArenaMap::open(const std::filesystem::path& file, Side side) {
  const OwnedFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) {
    return fail(system_error("cannot open arena " + file.string(), errno));
  }
  Header header{};
  struct stat info {};
  if (::pread(fd.get(), static_cast<void*>(&header), sizeof header, 0) != sizeof header ||
      ::fstat(fd.get(), &info) != 0 || header.magic != kMagic) {
    return fail(file.string() + " is not an arena");
  }
  if (header.layout_version != kLayoutVersion) {
    return fail(file.string() + " has arena layout " + std::to_string(header.layout_version) +
                ", this program knows " + std::to_string(kLayoutVersion));
  }
  const Layout layout = Layout::of(header);
  if (!layout.sound() || static_cast<uint64_t>(info.st_size) != layout.total_bytes) {
    return fail(file.string() + " is damaged: its header does not fit its size; remove it");
  }
  return map(fd.get(), layout, side);
}

Result<ArenaMap> ArenaMap::create(const std::filesystem::path& file, const Layout& layout) {
  const std::filesystem::path temporary = file.string() + ".new";
  // What a predecessor left that was killed while it made its arena takes the room of ours.
  ::unlink(temporary.c_str());
  if (const auto room = check_room(file.parent_path(), layout.total_bytes); !room) {
    return fail(room.error());
  }
  const OwnedFd fd(::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0660));
  if (fd.get() < 0) {
    return fail(system_error("cannot make arena " + temporary.string(), errno));
  }
  if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(layout.total_bytes));
      error != 0) {
    ::unlink(temporary.c_str());
    return fail(system_error("cannot allocate " + format_size(layout.total_bytes) +
                                 " of shared memory for the arena in " +
                                 file.parent_path().string(),
                             error));
  }
  auto out = map(fd.get(), layout, Side::kDataplane);
  if (out) {
    describe(*out->header, layout);
    for (uint32_t i = 0; i < layout.chunk_count; ++i) {
      out->descriptors[i].next.store(kNoChunk, std::memory_order_relaxed);
    }
    ::rename(temporary.c_str(), file.c_str());
  } else {
    ::unlink(temporary.c_str());
  }
  return out;
}

std::vector<std::filesystem::path> arena_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (is_arena_name(entry.path().filename().string())) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files, {}, file_number);
  return files;
}

std::filesystem::path next_arena_file(const std::filesystem::path& folder,
                                      const std::vector<std::filesystem::path>& files) {
  const uint64_t number = files.empty() ? 1 : file_number(files.back()) + 1;
  return folder / (std::string(kPrefix) + std::to_string(number));
}

}  // namespace sluice::arena
