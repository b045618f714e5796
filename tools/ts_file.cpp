#include "tools/ts_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "dataplane/media/ts_packet.h"

namespace sluice::tools {

using media::kTsPacketSize;
using media::Pcr;
using media::TsPacket;

namespace {

constexpr size_t kDatagramPackets = 7;

bool has_pcr(const TsPacket& packet) {
  return packet.header().in_sync() && !packet.header().transport_error() && packet.has_pcr();
}

/// How long the file lasts by its first and last PCR of one PID. Jumps between them are not seen:
/// this only places the file in time.
int64_t span_ns(Bytes bytes, size_t first_packet) {
  constexpr size_t kTail = 20'000 * kTsPacketSize;
  std::optional<uint16_t> pid;
  Pcr first = 0;
  for (size_t at = first_packet; at + kTsPacketSize <= bytes.size() && !pid; at += kTsPacketSize) {
    const TsPacket packet(bytes.data() + at);
    if (!has_pcr(packet)) continue;
    pid = packet.header().pid();
    first = packet.pcr();
  }
  if (!pid) return 0;
  size_t at = first_packet + (bytes.size() - first_packet) / kTsPacketSize * kTsPacketSize;
  const size_t stop = at > kTail + first_packet ? at - kTail : first_packet;
  while (at > stop) {
    at -= kTsPacketSize;
    const TsPacket packet(bytes.data() + at);
    if (!has_pcr(packet) || packet.header().pid() != *pid) continue;
    return std::max<int64_t>(media::pcr_distance(first, packet.pcr()), 0) * 1000 / 27;
  }
  return 0;
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const auto failed = [&] { return fail(system_error("cannot read " + path.string(), errno)); };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed();
  struct stat info {};
  void* map = nullptr;
  if (::fstat(fd, &info) != 0) {
    const auto error = failed();
    ::close(fd);
    return error;
  }
  const auto size = static_cast<size_t>(info.st_size);
  if (!S_ISREG(info.st_mode) || size == 0) {
    ::close(fd);
    return fail(path.string() + (size == 0 ? " is empty" : " is not a file"));
  }
  map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) {
    const auto error = failed();
    ::close(fd);
    return error;
  }
  ::close(fd);
  ::madvise(map, size, MADV_SEQUENTIAL);
  const int64_t changed = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
  return MappedFile(Bytes(static_cast<const uint8_t*>(map), size), changed);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), changed_ns_(other.changed_ns_) {}

MappedFile::~MappedFile() {
  if (bytes_.empty()) return;
  ::munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
}

TsFileReader::TsFileReader(const MappedFile& file)
    : bytes_(file.bytes()), arrival_ns_(file.changed_ns()) {
  if (synchronise()) arrival_ns_ -= span_ns(bytes_, position_);
}

/// Goes to where sync bytes stand at the distance of packets, up to four of them. False at the end.
bool TsFileReader::synchronise() {
  constexpr size_t kSure = 4;
  const auto in_sync = [&](size_t at) {
    for (size_t i = 0; i < kSure; ++i, at += kTsPacketSize) {
      if (at + kTsPacketSize > bytes_.size()) return i > 0;
      if (bytes_[at] != media::kTsSync) return false;
    }
    return true;
  };
  while (position_ < bytes_.size()) {
    if (in_sync(position_)) return true;
    ++position_;
    ++skipped_;
  }
  return false;
}

std::optional<TsFileReader::Datagram> TsFileReader::next() {
  if (position_ >= bytes_.size()) return {};
  if (bytes_[position_] != media::kTsSync || position_ + kTsPacketSize > bytes_.size()) {
    if (!synchronise()) return {};
  }
  const size_t begin = position_;
  bool timed = false;
  for (size_t i = 0; i < kDatagramPackets; ++i, position_ += kTsPacketSize) {
    if (position_ + kTsPacketSize > bytes_.size() || bytes_[position_] != media::kTsSync) break;
    const TsPacket packet(bytes_.data() + position_);
    if (timed || !has_pcr(packet)) continue;
    if (clock_pid_ && packet.header().pid() != *clock_pid_) continue;
    take_pcr(packet.pcr());
    clock_pid_ = packet.header().pid();
    timed = true;
  }
  return Datagram{bytes_.subspan(begin, position_ - begin), arrival_ns_};
}

/// Time goes on with the PCR; where that jumps, it stands.
void TsFileReader::take_pcr(Pcr pcr) {
  if (clock_pid_) {
    const int64_t step = media::pcr_distance(last_pcr_, pcr);
    if (step > 0 && step < int64_t{60} * static_cast<int64_t>(media::kPcrClock)) {
      arrival_ns_ += step * 1000 / 27;
    }
  }
  last_pcr_ = pcr;
}

}  // namespace sluice::tools
