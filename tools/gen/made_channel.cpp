#include "tools/gen/made_channel.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "dataplane/media/crc32.h"
#include "dataplane/media/timestamp.h"
#include "tools/gen/made_picture.h"

namespace sluice::gen {
namespace {

using media::kTsPacketSize;

constexpr unsigned kSeconds = 2;
constexpr unsigned kFrameRate = 25;
constexpr uint64_t kFrameTicks = media::kPtsClock / kFrameRate;
constexpr unsigned kTablesEvery = 10;  // frames: 400 ms; TR 101 290 wants 500
constexpr uint64_t kFirstPts = 90'000;
constexpr uint64_t kDecoderDelay = 45'000;  // PTS behind PCR
constexpr uint16_t kPmtPid = 0x1000;
constexpr uint16_t kVideoPid = 0x0100;

class Multiplexer {
 public:
  void tables() {
    section(media::kPatPid, pat_counter_,
            {0x00, 0xb0, 0x0d, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x01, 0xe0 | kPmtPid >> 8,
             kPmtPid & 0xff});
    section(
        kPmtPid, pmt_counter_,
        {0x02, 0xb0, 0x12, 0x00, 0x01, 0xc1, 0x00, 0x00, 0xe0 | kVideoPid >> 8, kVideoPid & 0xff,
         0xf0, 0x00, 0x1b, 0xe0 | kVideoPid >> 8, kVideoPid & 0xff, 0xf0, 0x00});
  }

  /// A picture that takes exactly `packets` packets, if it fits into them.
  void picture(std::vector<uint8_t> unit, bool is_key, uint64_t pts, size_t packets) {
    constexpr size_t kFirstHeader = 4 + kAdaptation + kPesHeader;
    constexpr size_t kHeader = 4;
    if (packets > 0) {
      pad_picture(unit, packets * (kTsPacketSize - kHeader) - (kFirstHeader - kHeader));
    }
    size_t done = first(unit, is_key, pts);
    while (done < unit.size()) {
      done += next(unit, done);
    }
  }

  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  static constexpr size_t kAdaptation = 8;
  static constexpr size_t kPesHeader = 14;

  void header(uint16_t pid, bool start, bool adaptation, uint8_t& counter) {
    bytes_.insert(bytes_.end(),
                  {media::kTsSync, static_cast<uint8_t>((start ? 0x40 : 0) | pid >> 8),
                   static_cast<uint8_t>(pid & 0xff),
                   static_cast<uint8_t>((adaptation ? 0x30 : 0x10) | (counter++ & 0xf))});
  }

  void section(uint16_t pid, uint8_t& counter, std::initializer_list<int> head) {
    std::vector<uint8_t> section;
    for (const int byte : head) {
      section.push_back(static_cast<uint8_t>(byte));
    }
    const uint32_t crc = media::crc32_mpeg(section);
    for (const int shift : {24, 16, 8, 0}) {
      section.push_back(static_cast<uint8_t>(crc >> shift));
    }
    const size_t begin = bytes_.size();
    header(pid, true, false, counter);
    bytes_.push_back(0);  // pointer_field
    bytes_.insert(bytes_.end(), section.begin(), section.end());
    bytes_.resize(begin + kTsPacketSize, 0xff);
  }

  /// The packet in which the picture begins, with PCR and PES header.
  size_t first(const std::vector<uint8_t>& unit, bool is_key, uint64_t pts) {
    const size_t room = kTsPacketSize - 4 - kAdaptation - kPesHeader;
    const size_t stuffing = unit.size() < room ? room - unit.size() : 0;
    header(kVideoPid, true, true, video_counter_);
    const uint64_t base = media::pts_add(pts, media::kPtsModulus - kDecoderDelay);
    bytes_.push_back(static_cast<uint8_t>(kAdaptation - 1 + stuffing));
    bytes_.push_back(is_key ? 0x50 : 0x10);
    bytes_.insert(bytes_.end(), {static_cast<uint8_t>(base >> 25), static_cast<uint8_t>(base >> 17),
                                 static_cast<uint8_t>(base >> 9), static_cast<uint8_t>(base >> 1),
                                 static_cast<uint8_t>((base & 1) << 7 | 0x7e), 0});
    bytes_.resize(bytes_.size() + stuffing, 0xff);
    bytes_.insert(
        bytes_.end(),
        {0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, static_cast<uint8_t>(0x21 | (pts >> 29 & 0xe)),
         static_cast<uint8_t>(pts >> 22), static_cast<uint8_t>(pts >> 14 | 1),
         static_cast<uint8_t>(pts >> 7), static_cast<uint8_t>(pts << 1 | 1)});
    const size_t taken = room - stuffing;
    bytes_.insert(bytes_.end(), unit.begin(), unit.begin() + static_cast<ptrdiff_t>(taken));
    return taken;
  }

  size_t next(const std::vector<uint8_t>& unit, size_t done) {
    const size_t room = kTsPacketSize - 4;
    const size_t taken = std::min(room, unit.size() - done);
    const size_t stuffing = room - taken;
    header(kVideoPid, false, stuffing > 0, video_counter_);
    if (stuffing > 0) {
      bytes_.push_back(static_cast<uint8_t>(stuffing - 1));
      if (stuffing > 1) {
        bytes_.push_back(0);
        bytes_.resize(bytes_.size() + stuffing - 2, 0xff);
      }
    }
    const auto from = unit.begin() + static_cast<ptrdiff_t>(done);
    bytes_.insert(bytes_.end(), from, from + static_cast<ptrdiff_t>(taken));
    return taken;
  }

  std::vector<uint8_t> bytes_;
  uint8_t pat_counter_ = 0;
  uint8_t pmt_counter_ = 0;
  uint8_t video_counter_ = 0;
};

}  // namespace

std::vector<uint8_t> made_channel(uint64_t bitrate) {
  const uint64_t packets = bitrate * kSeconds / 8 / kTsPacketSize;
  Multiplexer multiplexer;
  for (unsigned frame = 0; frame < kSeconds * kFrameRate; ++frame) {
    const unsigned number = frame % kFrameRate;
    if (number % kTablesEvery == 0) {
      multiplexer.tables();
    }
    // Every frame ends where the bitrate wants it to, whatever came before it took.
    const uint64_t end = packets * (frame + 1) / (kSeconds * kFrameRate);
    const uint64_t used = multiplexer.bytes().size() / kTsPacketSize;
    multiplexer.picture(made_picture(number, frame / kFrameRate), number == 0,
                        kFirstPts + frame * kFrameTicks, end > used ? end - used : 0);
  }
  return std::move(multiplexer.bytes());
}

}  // namespace sluice::gen
