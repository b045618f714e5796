#include "dataplane/source/ts_file_source.h"

#include <fcntl.h>
#include <rte_mbuf.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <vector>

#include "config/base/clock.h"
#include "dataplane/media/timestamp.h"
#include "dataplane/media/ts_packet.h"
#include "dataplane/source/mark.h"
#include "dataplane/source/media_clock.h"
#include "dataplane/source/pacer.h"

namespace sluice::source {
namespace {

using media::kTsPacketSize;

class TsFileSource final : public PacketSource {
 public:
  TsFileSource(const std::filesystem::path& path, int fd, config::Pace pace, uint32_t stream,
               rte_mempool* pool)
      : PacketSource(path.string(), {.own_clock = true, .waits = true, .stream = stream}),
        fd_(fd),
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
      const size_t size = datagram_size();
      std::copy_n(buffer_.data() + at_, size, rte_pktmbuf_mtod(mbuf, uint8_t*));
      mbuf->data_len = static_cast<uint16_t>(size);
      mbuf->pkt_len = static_cast<uint32_t>(size);
      mark_of(mbuf).arrival_ns = start_ns_ + next_time_ns_;
      mbufs[count++] = mbuf;
      at_ += size;
      timed_ = false;
    }
    return count;
  }

  bool ended() const noexcept override { return ended_.load(std::memory_order_acquire); }
  std::string failure() const override { return failure_; }

 private:
  size_t datagram_size() const noexcept {
    constexpr size_t kDatagram = 7 * kTsPacketSize;
    return std::min(kDatagram, filled_ - at_);
  }

  /// Sees to it that a datagram is in the buffer and its time known.
  bool have_datagram() noexcept {
    if (ended()) {
      return false;
    }
    if (at_ == filled_ && !refill()) {
      ended_.store(true, std::memory_order_release);
      return false;
    }
    if (!timed_) {
      next_time_ns_ = clock_.pass({buffer_.data() + at_, datagram_size()});
      timed_ = true;
    }
    return true;
  }

  bool refill() noexcept {
    at_ = 0;
    filled_ = 0;
    while (filled_ < buffer_.size()) {
      const ssize_t got = ::read(fd_, buffer_.data() + filled_, buffer_.size() - filled_);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        failure_ = system_error("cannot read " + device(), errno).message;
      }
      if (got <= 0) {
        break;
      }
      filled_ += static_cast<size_t>(got);
    }
    return filled_ > 0;
  }

  int fd_;
  rte_mempool* pool_;
  Pacer pacer_;
  MediaClock clock_;
  std::vector<uint8_t> buffer_;
  size_t filled_ = 0;
  size_t at_ = 0;
  bool timed_ = false;
  int64_t start_ns_ = 0;
  int64_t next_time_ns_ = 0;
  std::string failure_;
  std::atomic<bool> ended_ = false;
};

/// Whether a file begins like a transport stream: two sync bytes at their distance.
bool looks_like_ts(int fd) {
  uint8_t head[kTsPacketSize + 1];
  const ssize_t got = ::pread(fd, head, sizeof head, 0);
  return got >= static_cast<ssize_t>(kTsPacketSize) && head[0] == media::kTsSync &&
         (got == static_cast<ssize_t>(kTsPacketSize) || head[kTsPacketSize] == media::kTsSync);
}

}  // namespace

Result<std::unique_ptr<PacketSource>> open_ts_file_source(const std::filesystem::path& path,
                                                          config::Pace pace, uint32_t stream,
                                                          rte_mempool* pool) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(system_error("cannot read " + path.string(), errno));
  }
  if (!looks_like_ts(fd)) {
    ::close(fd);
    return fail(path.string() + " is no transport stream: it does not begin with 188-byte packets");
  }
  return std::make_unique<TsFileSource>(path, fd, pace, stream, pool);
}

}  // namespace sluice::source
