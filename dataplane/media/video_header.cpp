#include "dataplane/media/video_header.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "dataplane/media/bit_reader.h"

namespace sluice::media {
namespace {

/// Calls `each(unit)` for what stands between start codes, until it returns true.
template <typename Each>
void find_unit(Bytes stream, Each&& each) {
  constexpr std::array<uint8_t, 3> kStartCode{0, 0, 1};
  auto begin = std::search(stream.begin(), stream.end(), kStartCode.begin(), kStartCode.end());
  while (begin != stream.end()) {
    begin += kStartCode.size();
    const auto end = std::search(begin, stream.end(), kStartCode.begin(), kStartCode.end());
    if (begin != end && each(Bytes(begin, end))) return;
    begin = end;
  }
}

std::string hex_digits(uint32_t value, const char* format) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void skip_scaling_list(BitReader& in, unsigned size) {
  int32_t last = 8;
  int32_t next = 8;
  for (unsigned i = 0; i < size && in.ok(); ++i) {
    if (next != 0) next = (last + in.se() + 256) % 256;
    if (next != 0) last = next;
  }
}

/// VUI up to the timing (ISO 14496-10, E.1.1).
double read_h264_frame_rate(BitReader& in) {
  constexpr uint32_t kExtendedSar = 255;
  if (in.flag() && in.bits(8) == kExtendedSar) in.skip(32);  // aspect_ratio_info
  if (in.flag()) in.skip(1);                                 // overscan_info
  if (in.flag()) {                                           // video_signal_type
    in.skip(4);
    if (in.flag()) in.skip(24);
  }
  if (in.flag()) {  // chroma_loc_info
    in.ue();
    in.ue();
  }
  if (!in.flag()) return 0;  // timing_info
  const uint32_t units = in.bits(32);
  const uint32_t scale = in.bits(32);
  return in.ok() && units != 0 ? static_cast<double>(scale) / (2.0 * units) : 0;
}

bool has_chroma_format(uint32_t profile) {
  constexpr std::array<uint32_t, 13> kProfiles{100, 110, 122, 244, 44,  83, 86,
                                               118, 128, 138, 139, 134, 135};
  return std::find(kProfiles.begin(), kProfiles.end(), profile) != kProfiles.end();
}

std::optional<VideoHeader> read_h264_sps(Bytes nal) {
  const auto bytes = unescape(nal.subspan(1));
  BitReader in(bytes);
  VideoHeader header;
  const uint32_t profile = in.bits(8);
  const uint32_t constraints = in.bits(8);
  const uint32_t level = in.bits(8);
  header.codec = "avc1." + hex_digits(profile << 16 | constraints << 8 | level, "%06x");
  in.ue();
  uint32_t chroma = 1;
  if (has_chroma_format(profile)) {
    chroma = in.ue();
    if (chroma == 3) in.skip(1);
    in.ue();
    in.ue();
    in.skip(1);
    if (in.flag()) {
      const unsigned lists = chroma == 3 ? 12 : 8;
      for (unsigned i = 0; i < lists; ++i) {
        if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
      }
    }
  }
  in.ue();
  const uint32_t order = in.ue();
  if (order == 0) {
    in.ue();
  } else if (order == 1) {
    in.skip(1);
    in.se();
    in.se();
    const uint32_t cycle = in.ue();
    for (uint32_t i = 0; i < cycle && in.ok(); ++i) in.se();
  }
  in.ue();
  in.skip(1);
  const uint32_t width = (in.ue() + 1) * 16;
  const uint32_t map_units = in.ue() + 1;
  const bool frames_only = in.flag();
  const uint32_t height = map_units * 16 * (frames_only ? 1 : 2);
  if (!frames_only) in.skip(1);
  in.skip(1);
  uint32_t crop_x = 0;
  uint32_t crop_y = 0;
  if (in.flag()) {
    const uint32_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    const uint32_t unit_y = (chroma == 1 ? 2 : 1) * (frames_only ? 1 : 2);
    crop_x = in.ue();
    crop_x = (crop_x + in.ue()) * unit_x;
    crop_y = in.ue();
    crop_y = (crop_y + in.ue()) * unit_y;
  }
  const bool has_vui = in.flag();
  if (!in.ok() || crop_x >= width || crop_y >= height) return {};
  header.width = width - crop_x;
  header.height = height - crop_y;
  if (has_vui) header.frame_rate = read_h264_frame_rate(in);
  return header;
}

/// profile_tier_level (ISO 23008-2, 7.3.3) as RFC 6381 identifiers have it (ISO 14496-15, E.3).
std::string read_hevc_profile(BitReader& in, unsigned sub_layers_minus1) {
  constexpr std::array<const char*, 4> kSpaces{"", "A", "B", "C"};
  const uint32_t space = in.bits(2);
  const bool high_tier = in.flag();
  const uint32_t profile = in.bits(5);
  const uint32_t compatibility = in.bits(32);
  uint32_t reversed = 0;
  for (unsigned i = 0; i < 32; ++i) reversed |= (compatibility >> i & 1) << (31 - i);
  std::array<uint32_t, 6> constraints;
  for (uint32_t& byte : constraints) byte = in.bits(8);
  const uint32_t level = in.bits(8);
  std::string text = std::string("hvc1.") + kSpaces[space] + std::to_string(profile) + "." +
                     hex_digits(reversed, "%X") + (high_tier ? ".H" : ".L") + std::to_string(level);
  size_t count = constraints.size();
  while (count > 0 && constraints[count - 1] == 0) --count;
  for (size_t i = 0; i < count; ++i) text += "." + hex_digits(constraints[i], "%X");

  std::array<std::pair<bool, bool>, 8> present{};
  for (unsigned i = 0; i < sub_layers_minus1; ++i) present[i] = {in.flag(), in.flag()};
  if (sub_layers_minus1 > 0) in.skip(2 * (8 - sub_layers_minus1));
  for (unsigned i = 0; i < sub_layers_minus1; ++i) {
    if (present[i].first) in.skip(88);
    if (present[i].second) in.skip(8);
  }
  return text;
}

std::optional<VideoHeader> read_hevc_sps(Bytes nal) {
  if (nal.size() < 2) return {};
  const auto bytes = unescape(nal.subspan(2));
  BitReader in(bytes);
  VideoHeader header;
  in.skip(4);
  const unsigned sub_layers_minus1 = in.bits(3);
  in.skip(1);
  header.codec = read_hevc_profile(in, sub_layers_minus1);
  in.ue();
  const uint32_t chroma = in.ue();
  if (chroma == 3) in.skip(1);
  const uint32_t width = in.ue();
  const uint32_t height = in.ue();
  uint32_t crop_x = 0;
  uint32_t crop_y = 0;
  if (in.flag()) {
    crop_x = in.ue();
    crop_x = (crop_x + in.ue()) * (chroma == 1 || chroma == 2 ? 2 : 1);
    crop_y = in.ue();
    crop_y = (crop_y + in.ue()) * (chroma == 1 ? 2 : 1);
  }
  if (!in.ok() || crop_x >= width || crop_y >= height) return {};
  header.width = width - crop_x;
  header.height = height - crop_y;
  return header;
}

std::optional<VideoHeader> read_mpeg2_sequence(Bytes stream) {
  constexpr uint8_t kSequenceHeader = 0xb3;
  constexpr uint8_t kExtension = 0xb5;
  constexpr uint32_t kSequenceExtension = 1;
  // frame_rate_code (table 6-4)
  constexpr std::array<double, 9> kRates{0,  24'000.0 / 1001, 24, 25, 30'000.0 / 1001, 30,
                                         50, 60'000.0 / 1001, 60};
  std::optional<VideoHeader> header;
  find_unit(stream, [&](Bytes unit) {
    BitReader in(unit);
    const uint32_t code = in.bits(8);
    if (!header) {
      if (code != kSequenceHeader) return false;
      const uint32_t width = in.bits(12);
      const uint32_t height = in.bits(12);
      in.skip(4);
      const uint32_t rate = in.bits(4);
      if (!in.ok()) return false;
      // Without a sequence extension behind it, it is MPEG-1.
      header = {"mp4v.6a", width, height, rate < kRates.size() ? kRates[rate] : 0};
      return false;
    }
    if (code != kExtension || in.bits(4) != kSequenceExtension) return true;
    in.skip(1);
    const uint32_t profile = in.bits(3);
    in.skip(4 + 1 + 2);
    const uint32_t width_high = in.bits(2);
    const uint32_t height_high = in.bits(2);
    if (!in.ok()) return true;
    header->codec = "mp4v.6" + std::to_string(profile >= 1 && profile <= 5 ? 5 - profile : 1);
    header->width |= width_high << 12;
    header->height |= height_high << 12;
    return true;
  });
  return header;
}

}  // namespace

std::optional<VideoHeader> read_video_header(Codec codec, Bytes stream) {
  constexpr unsigned kH264Sps = 7;
  constexpr unsigned kHevcSps = 33;
  if (codec == Codec::kMpeg2Video) return read_mpeg2_sequence(stream);
  std::optional<VideoHeader> header;
  find_unit(stream, [&](Bytes nal) {
    if (codec == Codec::kH264 && (nal[0] & 0x1fU) == kH264Sps) header = read_h264_sps(nal);
    if (codec == Codec::kHevc && (nal[0] >> 1 & 0x3fU) == kHevcSps) header = read_hevc_sps(nal);
    return header.has_value();
  });
  return header;
}

}  // namespace sluice::media
