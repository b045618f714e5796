#include "dataplane/source/capture_source.h"

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <atomic>

#include "dataplane/source/capture_file.h"
#include "dataplane/source/mark.h"
#include "dataplane/source/pacer.h"

namespace sluice::source {
namespace {

class CaptureSource final : public PacketSource {
 public:
  CaptureSource(std::string device, CaptureFile file, config::Pace pace, rte_mempool* pool)
      : PacketSource(std::move(device), {.own_clock = true, .waits = true}),
        file_(std::move(file)),
        pacer_(pace),
        pool_(pool) {}

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    uint16_t count = 0;
    while (count < mbufs.size() && have_frame()) {
      if (!pacer_.due(frame_->arrival_ns)) {
        break;
      }
      rte_mbuf* mbuf = ::rte_pktmbuf_alloc(pool_);
      if (mbuf == nullptr) {
        break;
      }
      const auto size = std::min<size_t>(frame_->bytes.size(), ::rte_pktmbuf_tailroom(mbuf));
      std::copy_n(frame_->bytes.data(), size, rte_pktmbuf_mtod(mbuf, uint8_t*));
      mbuf->data_len = static_cast<uint16_t>(size);
      mbuf->pkt_len = static_cast<uint32_t>(size);
      mark_of(mbuf).arrival_ns = frame_->arrival_ns;
      mbufs[count++] = mbuf;
      frame_.reset();
    }
    return count;
  }

  bool ended() const noexcept override { return ended_.load(std::memory_order_acquire); }
  std::string failure() const override { return failure_; }

 private:
  bool have_frame() noexcept {
    if (!frame_ && !ended()) {
      auto next = file_.next();
      if (next && *next) {
        frame_ = **next;
      } else {
        failure_ = next ? std::string() : next.error().message;
        ended_.store(true, std::memory_order_release);
      }
    }
    return frame_.has_value();
  }

  CaptureFile file_;
  std::optional<CapturedFrame> frame_;
  Pacer pacer_;
  rte_mempool* pool_;
  std::string failure_;
  std::atomic<bool> ended_ = false;
};

}  // namespace

Result<std::unique_ptr<PacketSource>> open_capture_source(const std::filesystem::path& path,
                                                          config::Pace pace, rte_mempool* pool) {
  auto file = CaptureFile::open(path);
  if (!file) {
    return fail(file.error());
  }
  return std::make_unique<CaptureSource>(path.string(), std::move(*file), pace, pool);
}

}  // namespace sluice::source
