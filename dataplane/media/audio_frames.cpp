#include "dataplane/media/audio_frames.h"

#include <algorithm>

#include "dataplane/media/bit_reader.h"

namespace sluice::media {
namespace {

constexpr std::array<uint32_t, 13> kAacRates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                             22'050, 16'000, 12'000, 11'025, 8'000,  7'350};

/// samplingFrequencyIndex, or the frequency behind it (ISO 14496-3, 1.6.2.1).
uint32_t read_aac_rate(BitReader& in) {
  constexpr uint32_t kExplicit = 15;
  const uint32_t index = in.bits(4);
  if (index == kExplicit) return in.bits(24);
  return index < kAacRates.size() ? kAacRates[index] : 0;
}

uint32_t read_latm_value(BitReader& in) {
  const uint32_t bytes = in.bits(2) + 1;
  return in.bits(8 * bytes);
}

uint32_t read_object_type(BitReader& in) {
  constexpr uint32_t kEscape = 31;
  const uint32_t type = in.bits(5);
  return type == kEscape ? 32 + in.bits(6) : type;
}

}  // namespace

void AudioFrames::reset(Codec codec) noexcept {
  *this = AudioFrames();
  codec_ = codec;
}

void AudioFrames::feed(Bytes piece) noexcept {
  while (!piece.empty()) {
    const size_t skip = std::min(left_, piece.size());
    left_ -= skip;
    piece = piece.subspan(skip);
    if (piece.empty()) return;
    take(piece[0]);
    piece = piece.subspan(1);
  }
}

void AudioFrames::take(uint8_t byte) noexcept {
  header_[header_size_++] = byte;
  while (header_size_ > 0 && header_size_ >= header_bytes()) {
    const Frame frame = read();
    if (frame.bytes >= header_size_) {
      samples_ += frame.samples;
      if (frame.rate != 0) rate_ = frame.rate;
      last_samples_ = frame.samples;
      left_ = frame.bytes - header_size_;
      header_size_ = 0;
      return;
    }
    std::copy(header_.begin() + 1, header_.begin() + static_cast<std::ptrdiff_t>(header_size_),
              header_.begin());
    --header_size_;
  }
}

/// As many as `read` needs, as far as the first ones tell.
size_t AudioFrames::header_bytes() const noexcept {
  constexpr size_t kLoasHeader = 3;
  switch (codec_) {
    case Codec::kMpegAudio:
      return 4;
    case Codec::kAac:
      return 7;
    case Codec::kLatmAac: {
      if (header_size_ < kLoasHeader) return kLoasHeader;
      const size_t length = static_cast<size_t>(header_[1] & 0x1f) << 8 | header_[2];
      return std::min(header_.size(), kLoasHeader + length);
    }
    default:
      return 6;
  }
}

AudioFrames::Frame AudioFrames::read() const noexcept {
  switch (codec_) {
    case Codec::kMpegAudio:
      return read_mpeg();
    case Codec::kAac:
      return read_adts();
    case Codec::kLatmAac:
      return read_loas();
    default:
      return read_ac3();
  }
}

AudioFrames::Frame AudioFrames::read_mpeg() const noexcept {
  constexpr std::array<std::array<uint16_t, 15>, 5> kBitrates{{
      {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG-1, layer I
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // II
      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // III
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG-2, layer I
      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // II and III
  }};
  constexpr std::array<uint32_t, 3> kRates{44'100, 48'000, 32'000};
  if (header_[0] != 0xff || (header_[1] & 0xe0) != 0xe0) return {};
  const unsigned version = header_[1] >> 3 & 3U;  // 3 is MPEG-1, 2 MPEG-2, 0 MPEG-2.5
  const unsigned layer = 4 - (header_[1] >> 1 & 3U);
  const unsigned bitrate_index = header_[2] >> 4;
  const unsigned rate_index = header_[2] >> 2 & 3U;
  if (version == 1 || layer == 4 || bitrate_index == 0 || bitrate_index == 15 || rate_index == 3) {
    return {};
  }
  const bool first = version == 3;
  const size_t table = first ? layer - 1 : layer == 1 ? 3 : 4;
  const uint32_t bitrate = kBitrates[table][bitrate_index] * 1000U;
  const uint32_t rate = kRates[rate_index] >> (first ? 0 : version == 2 ? 1 : 2);
  const uint32_t padding = header_[2] >> 1 & 1U;
  if (layer == 1) return {(12 * bitrate / rate + padding) * 4, 384, rate};
  const uint32_t samples = layer == 3 && !first ? 576 : 1152;
  return {samples / 8 * bitrate / rate + padding, samples, rate};
}

AudioFrames::Frame AudioFrames::read_adts() const noexcept {
  constexpr uint32_t kBlock = 1024;
  if (header_[0] != 0xff || (header_[1] & 0xf6) != 0xf0) return {};
  const unsigned index = header_[2] >> 2 & 0xfU;
  if (index >= kAacRates.size()) return {};
  const size_t bytes = static_cast<size_t>(header_[3] & 3) << 11 |
                       static_cast<size_t>(header_[4]) << 3 | header_[5] >> 5;
  return {bytes, kBlock * ((header_[6] & 3U) + 1), kAacRates[index]};
}

AudioFrames::Frame AudioFrames::read_loas() const noexcept {
  constexpr size_t kHeader = 3;
  constexpr uint32_t kSbr = 5;
  constexpr uint32_t kPs = 29;
  if (header_[0] != 0x56 || (header_[1] & 0xe0) != 0xe0) return {};
  const size_t bytes = kHeader + (static_cast<size_t>(header_[1] & 0x1f) << 8 | header_[2]);
  if (bytes == kHeader) return {};
  BitReader in(Bytes(header_).subspan(kHeader, header_size_ - kHeader));
  if (in.flag()) return {bytes, last_samples_, 0};  // useSameStreamMux
  const bool version = in.flag();
  if (version && in.flag()) return {bytes, last_samples_, 0};
  if (version) read_latm_value(in);
  in.skip(1);
  const uint32_t frames = in.bits(6) + 1;
  in.skip(4 + 3);
  if (version) read_latm_value(in);
  const uint32_t type = read_object_type(in);
  const uint32_t rate = read_aac_rate(in);
  in.skip(4);
  if (type == kSbr || type == kPs) {
    read_aac_rate(in);
    read_object_type(in);
  }
  const uint32_t samples = in.flag() ? 960 : 1024;
  if (!in.ok() || rate == 0) return {bytes, last_samples_, 0};
  return {bytes, samples * frames, rate};
}

AudioFrames::Frame AudioFrames::read_ac3() const noexcept {
  constexpr std::array<uint32_t, 3> kRates{48'000, 44'100, 32'000};
  constexpr std::array<uint16_t, 19> kBitrates{32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                               192, 224, 256, 320, 384, 448, 512, 576, 640};
  constexpr std::array<uint32_t, 4> kBlocks{1, 2, 3, 6};
  constexpr uint32_t kBlock = 256;
  if (header_[0] != 0x0b || header_[1] != 0x77) return {};
  const unsigned rate_code = header_[4] >> 6;
  if (header_[5] >> 3 <= 10) {
    const unsigned size_code = header_[4] & 0x3fU;
    if (rate_code == 3 || size_code / 2 >= kBitrates.size()) return {};
    const uint32_t rate = kRates[rate_code];
    const uint32_t words = kBitrates[size_code / 2] * 96'000U / rate;
    return {2 * (words + (rate == 44'100 ? size_code & 1 : 0)), 6 * kBlock, rate};
  }
  const size_t bytes = 2 * ((static_cast<size_t>(header_[2] & 7) << 8 | header_[3]) + 1);
  const unsigned second = header_[4] >> 4 & 3U;
  if (rate_code == 3 && second == 3) return {};
  const uint32_t rate = rate_code == 3 ? kRates[second] / 2 : kRates[rate_code];
  const uint32_t blocks = rate_code == 3 ? 6 : kBlocks[second];
  // Dependent substreams, and all but the first programme, sound at the same time.
  const bool counts = header_[2] >> 6 != 1 && (header_[2] >> 3 & 7) == 0;
  return {bytes, counts ? blocks * kBlock : 0, rate};
}

}  // namespace sluice::media
