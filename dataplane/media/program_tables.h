#pragma once

#include <cstdint>

#include "dataplane/media/section.h"

/// PAT and PMT (ISO 13818-1, 2.4.4.3 and 2.4.4.8) as views over a section, read in place.
namespace sluice::media {

/// Calls `each(uint8_t tag, Bytes body)` for the descriptors of a loop (ISO 13818-1, 2.6), up to
/// where a length leads outside.
template <typename Each>
void for_each_descriptor(Bytes loop, Each&& each) {
  while (loop.size() >= 2 && loop.size() - 2 >= loop[1]) {
    each(loop[0], loop.subspan(2, loop[1]));
    loop = loop.subspan(size_t{2} + loop[1]);
  }
}

/// What an elementary stream is, as far as cutting and naming it goes.
enum class Codec : uint8_t {
  kOther,  ///< data, subtitles, private sections
  kMpeg2Video,
  kH264,
  kHevc,
  kOtherVideo,
  kMpegAudio,
  kAac,
  kLatmAac,
  kAc3,
  kEac3,
  kOtherAudio,
};

constexpr bool is_video(Codec codec) {
  return codec >= Codec::kMpeg2Video && codec <= Codec::kOtherVideo;
}
constexpr bool is_audio(Codec codec) {
  return codec >= Codec::kMpegAudio;
}

/// An elementary stream of a programme.
struct ElementaryStream {
  uint8_t stream_type = 0;
  uint16_t pid = 0;
  Bytes descriptors;

  /// From stream_type (ISO 13818-1, table 2-34), registered formats, and DVB's descriptors for
  /// private streams (EN 300 468, 6.1).
  Codec codec() const noexcept;
  /// Whether it is carried in PES packets, not in sections.
  bool is_pes() const noexcept;
};

/// A programme association section.
class Pat {
 public:
  static constexpr uint8_t kTableId = 0x00;
  explicit Pat(Section section) : section_(section) {}

  uint16_t transport_stream_id() const { return section_.table_id_extension(); }

  /// Calls `each(uint16_t program_number, uint16_t pmt_pid)`; the network PID is left out.
  template <typename Each>
  void for_each_program(Each&& each) const {
    for (Bytes rest = section_.body(); rest.size() >= 4; rest = rest.subspan(4)) {
      const auto number = static_cast<uint16_t>(rest[0] << 8 | rest[1]);
      const auto pid = static_cast<uint16_t>((rest[2] & 0x1f) << 8 | rest[3]);
      if (number != 0) each(number, pid);
    }
  }

 private:
  Section section_;
};

/// A programme map section.
class Pmt {
 public:
  static constexpr uint8_t kTableId = 0x02;
  explicit Pmt(Section section) : section_(section) {}

  uint16_t program_number() const { return section_.table_id_extension(); }
  /// kNullPid if the programme has none.
  uint16_t pcr_pid() const {
    const Bytes b = section_.body();
    return b.size() < 2 ? uint16_t{0x1fff} : static_cast<uint16_t>((b[0] & 0x1f) << 8 | b[1]);
  }
  /// The programme's own descriptors.
  Bytes program_info() const {
    const Bytes b = section_.body();
    if (b.size() < 4 || b.size() - 4 < length12(b, 2)) return {};
    return b.subspan(4, length12(b, 2));
  }

  /// Calls `each(const ElementaryStream&)`, in the order of the table, up to where its lengths make
  /// sense.
  template <typename Each>
  void for_each_stream(Each&& each) const {
    Bytes rest = section_.body();
    if (rest.size() < 4) return;
    const size_t program_info = length12(rest, 2);
    if (rest.size() < 4 + program_info) return;
    rest = rest.subspan(4 + program_info);
    while (rest.size() >= 5) {
      const size_t info = length12(rest, 3);
      if (rest.size() < 5 + info) return;
      each(ElementaryStream{rest[0], static_cast<uint16_t>((rest[1] & 0x1f) << 8 | rest[2]),
                            rest.subspan(5, info)});
      rest = rest.subspan(5 + info);
    }
  }

 private:
  static size_t length12(Bytes b, size_t at) {
    return static_cast<size_t>(b[at] & 0xf) << 8 | b[at + 1];
  }
  Section section_;
};

}  // namespace sluice::media
