#include "storage/playlist/master_playlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice::playlist {
namespace {

constexpr uint64_t k90kPerSecond = 90'000;

/// Rounded up: a declared rate must not be under the measured one.
uint64_t bits_per_second(uint64_t bytes, uint64_t duration_90k) {
  return duration_90k == 0 ? 0 : (bytes * 8 * k90kPerSecond + duration_90k - 1) / duration_90k;
}

/// The largest rate of the sets that begin at `samples[0]`.
uint64_t peak_from(std::span<const Sample> samples, unsigned target_duration) {
  const uint64_t shortest = k90kPerSecond * target_duration / 2;
  const uint64_t longest = 3 * shortest;
  uint64_t peak = 0;
  Sample sum;
  for (const Sample& sample : samples) {
    sum.bytes += sample.bytes;
    sum.duration_90k += sample.duration_90k;
    if (sum.duration_90k > longest) {
      break;
    }
    if (sum.duration_90k >= shortest) {
      peak = std::max(peak, bits_per_second(sum.bytes, sum.duration_90k));
    }
  }
  return peak;
}

}  // namespace

std::string render_master(std::span<const Variant> variants) {
  std::string out = "#EXTM3U\n#EXT-X-VERSION:3\n";
  auto end = std::back_inserter(out);
  for (const Variant& variant : variants) {
    fmt::format_to(end, "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={}", variant.bandwidth,
                   variant.average_bandwidth);
    if (!variant.codecs.empty()) {
      fmt::format_to(end, ",CODECS=\"{}\"", variant.codecs);
    }
    if (variant.width != 0 && variant.height != 0) {
      fmt::format_to(end, ",RESOLUTION={}x{}", variant.width, variant.height);
    }
    if (variant.frame_rate > 0) {
      fmt::format_to(end, ",FRAME-RATE={:.3f}", variant.frame_rate);
    }
    fmt::format_to(end, "\n{}\n", variant.uri);
  }
  return out;
}

Bandwidth measure_bandwidth(std::span<const Sample> samples, unsigned target_duration) {
  Bandwidth bandwidth;
  Sample sum;
  for (size_t i = 0; i < samples.size(); ++i) {
    sum.bytes += samples[i].bytes;
    sum.duration_90k += samples[i].duration_90k;
    bandwidth.peak = std::max(bandwidth.peak, peak_from(samples.subspan(i), target_duration));
  }
  bandwidth.average = bits_per_second(sum.bytes, sum.duration_90k);
  bandwidth.peak = std::max(bandwidth.peak, bandwidth.average);
  return bandwidth;
}

}  // namespace sluice::playlist
