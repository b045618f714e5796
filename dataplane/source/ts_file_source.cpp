#include "dataplane/source/ts_file_source.h"

#include <fcntl.h>
#include <rte_mbuf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <vector>

#include "config/base/clock.h"
#include "dataplane/media/packet_grid.h"
#include "dataplane/media/ts_packet.h"
#include "dataplane/source/mark.h"
#include "dataplane/source/media_clock.h"
#include "dataplane/source/pacer.h"

namespace sluice::source {
namespace {

using media::kTsPacketSize;

class TsFileSource final : public PacketSource {
 public:
  TsFileSource(const std::filesystem::path& path, int fd, media::PacketGrid grid, config::Pace pace,
               uint32_t stream, rte_mempool* pool)
      : PacketSource(path.string(), {.own_clock = true, .waits = true, .stream = stream}),
        fd_(fd),
        grid_(grid),
        pool_(pool),
        pacer_(pace),
        buffer_(kTsPacketSize * 4096) {}
  ~TsFileSource() override { ::close(fd_); }

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    if (start_ns_ == 0) {
      start_ns_ = to_ns(SystemClock().now());
    }
    uint16_t count = 0;
    while (count < mbufs.size() && have_datagram() && pacer_.due(next_time_ns_)) {
      rte_mbuf* mbuf = ::rte_pktmbuf_alloc(pool_);
      if (mbuf == nullptr) {
        break;
      }
      std::copy_n(datagram_.data(), size_, rte_pktmbuf_mtod(mbuf, uint8_t*));
      mbuf->data_len = static_cast<uint16_t>(size_);
      mbuf->pkt_len = static_cast<uint32_t>(size_);
      mark_of(mbuf).arrival_ns = start_ns_ + next_time_ns_;
      mbufs[count++] = mbuf;
      size_ = 0;
    }
    return count;
  }

  bool ended() const noexcept override { return ended_.load(std::memory_order_acquire); }
  std::string failure() const override { return failure_; }

 private:
  /// Sees to it that a datagram is there and its time known.
  bool have_datagram() noexcept {
    if (size_ > 0) {
      return true;
    }
    if (ended()) {
      return false;
    }
    gather();
    if (size_ == 0) {
      ended_.store(true, std::memory_order_release);
      return false;
    }
    next_time_ns_ = clock_.pass(Bytes(datagram_).first(size_));
    return true;
  }

  /// Fills the datagram with packets, without what stands around them in the file.
  void gather() noexcept {
    // As far as finding them may have to look ahead.
    const size_t window = (media::PacketGrid::kSure + 2) * grid_.stride();
    while (size_ < datagram_.size()) {
      if (filled_ - at_ < window && !at_end_) {
        refill();
      }
      const Bytes there = Bytes(buffer_).first(filled_);
      if (at_ + kTsPacketSize > filled_) {
        return;
      }
      if (!grid_.holds_packet(there, at_)) {
        at_ = grid_.find_behind(there, at_);
        continue;
      }
      std::copy_n(buffer_.data() + at_, kTsPacketSize, datagram_.data() + size_);
      size_ += kTsPacketSize;
      at_ = std::min(at_ + grid_.stride(), filled_);
    }
  }

  /// Reads on behind what is left.
  void refill() noexcept {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= at_;
    at_ = 0;
    while (filled_ < buffer_.size()) {
      const ssize_t got = ::read(fd_, buffer_.data() + filled_, buffer_.size() - filled_);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        failure_ = system_error("cannot read " + device(), errno).message;
      }
      if (got <= 0) {
        at_end_ = true;
        break;
      }
      filled_ += static_cast<size_t>(got);
    }
  }

  int fd_;
  media::PacketGrid grid_;
  rte_mempool* pool_;
  Pacer pacer_;
  MediaClock clock_;
  std::vector<uint8_t> buffer_;
  size_t filled_ = 0;
  size_t at_ = 0;
  bool at_end_ = false;
  std::array<uint8_t, 7 * kTsPacketSize> datagram_;
  size_t size_ = 0;  // of the datagram; 0 = there is none
  int64_t start_ns_ = 0;
  int64_t next_time_ns_ = 0;
  std::string failure_;
  std::atomic<bool> ended_ = false;
};

/// How packets lie in the file; nothing if there are none at its beginning.
std::optional<media::PacketGrid> grid_of(int fd) {
  std::vector<uint8_t> head(size_t{64} * 1024);
  const ssize_t got = ::pread(fd, head.data(), head.size(), 0);
  if (got <= 0) {
    return std::nullopt;
  }
  const Bytes there = Bytes(head).first(static_cast<size_t>(got));
  size_t first = 0;
  const auto grid = media::PacketGrid::detect(there, first);
  return first < there.size() ? std::optional(grid) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<PacketSource>> open_ts_file_source(const std::filesystem::path& path,
                                                          config::Pace pace, uint32_t stream,
                                                          rte_mempool* pool) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(system_error("cannot read " + path.string(), errno));
  }
  const auto grid = grid_of(fd);
  if (!grid) {
    ::close(fd);
    return fail(path.string() +
                " is no transport stream: it does not begin with packets of 188, 192 or 204 bytes");
  }
  return std::make_unique<TsFileSource>(path, fd, *grid, pace, stream, pool);
}

}  // namespace sluice::source
