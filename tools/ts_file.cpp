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

bool has_pcr(const TsPacket& packet) {
  return packet.header().in_sync() && !packet.header().transport_error() && packet.has_pcr();
}

/// How long the file lasts by its first and last PCR of one PID. Jumps between them are not seen:
/// this only places the file in time.
int64_t span_ns(Bytes bytes, size_t first_packet, size_t stride) {
  constexpr size_t kTailPackets = 20'000;
  std::optional<uint16_t> pid;
  Pcr first = 0;
  for (size_t at = first_packet; at + kTsPacketSize <= bytes.size() && !pid; at += stride) {
    const TsPacket packet(bytes.data() + at);
    if (!has_pcr(packet)) continue;
    pid = packet.header().pid();
    first = packet.pcr();
  }
  if (!pid) return 0;
  size_t count = (bytes.size() - first_packet) / stride;
  const size_t stop = count - std::min(count, kTailPackets);
  while (count-- > stop) {
    const size_t at = first_packet + count * stride;
    if (at + kTsPacketSize > bytes.size()) continue;
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
  grid_ = media::PacketGrid::detect(bytes_, position_);
  constexpr size_t kTimeStamp = 4;
  const bool stamped = position_ == kTimeStamp && grid_.stride() == kTsPacketSize + kTimeStamp;
  skipped_ = stamped ? 0 : position_;
  if (position_ < bytes_.size()) arrival_ns_ -= span_ns(bytes_, position_, grid_.stride());
}

std::optional<TsFileReader::Datagram> TsFileReader::next() {
  while (position_ < bytes_.size() && !grid_.holds_packet(bytes_, position_)) {
    const size_t place = grid_.find_behind(bytes_, position_);
    skipped_ += place - position_;
    position_ = place;
  }
  const size_t begin = position_;
  size_t count = 0;
  for (; count < kDatagramPackets && grid_.holds_packet(bytes_, position_); ++count) {
    take_clock(TsPacket(bytes_.data() + position_));
    position_ += grid_.stride();
  }
  if (count == 0) return {};
  return Datagram{packets(begin, count), arrival_ns_};
}

/// The packets without what stands around them.
Bytes TsFileReader::packets(size_t begin, size_t count) {
  if (grid_.stride() == kTsPacketSize) return bytes_.subspan(begin, count * kTsPacketSize);
  for (size_t i = 0; i < count; ++i) {
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(begin + i * grid_.stride());
    std::copy_n(from, kTsPacketSize, gathered_.data() + i * kTsPacketSize);
  }
  return Bytes(gathered_).first(count * kTsPacketSize);
}

void TsFileReader::take_clock(const TsPacket& packet) {
  const media::TsHeader header = packet.header();
  if (header.transport_error() || (clock_pid_ && header.pid() != *clock_pid_)) return;
  if (!clock_pid_ && !packet.has_pcr()) return;
  clock_broken_ |= clock_counter_.check(packet) == media::Continuity::kBroken;
  if (packet.has_pcr()) take_pcr(packet.pcr());
  clock_pid_ = header.pid();
}

/// Time goes on with the PCR. Where that jumps it stands, unless packets are missing: then it is
/// the time in which they came.
void TsFileReader::take_pcr(Pcr pcr) {
  const bool hole = std::exchange(clock_broken_, false);
  if (clock_pid_) {
    const int64_t step = media::pcr_distance(last_pcr_, pcr);
    const int64_t longest = (hole ? 10 : 2) * static_cast<int64_t>(media::kPcrClock);
    if (step > 0 && step < longest) arrival_ns_ += step * 1000 / 27;
  }
  last_pcr_ = pcr;
}

}  // namespace sluice::tools
