#pragma once

#include <cstddef>
#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/media/program_tables.h"

namespace sluice::media {

/// What the first picture of a PES packet is to a decoder that starts there.
enum class Access : uint8_t {
  kUndecided,      ///< its header has not come yet
  kNone,           ///< it needs pictures before it, or there is none
  kIdr,            ///< H.264: IDR slice, nal_unit_type 5 (ISO 14496-10, table 7-1)
  kRecoveryPoint,  ///< H.264: recovery point SEI in front of the picture (D.1.8)
  kIrap,           ///< HEVC: nal_unit_type 16 to 21, BLA, IDR or CRA (ISO 23008-2, table 7-1)
  kIPicture,       ///< MPEG-2: sequence header and I picture (ISO 13818-2, 6.2.2.1 and 6.2.3)
  kIndicator,      ///< none of these, but random_access_indicator stands in front of it
};

/// Finds out whether the first picture that begins in a PES packet is an access point. It is fed
/// the elementary stream in pieces of any size, from behind the PES header on, until it has
/// decided: start codes, NAL headers and SEI messages may be torn anywhere. Slices of a picture
/// that began before are passed over. Reads no further than the first slice or picture header. No
/// allocation.
class AccessPointScanner {
 public:
  /// How far a decision may lie behind the PES header. Parameter sets and SEI with captions are
  /// some KiB at most.
  static constexpr size_t kMaxBytes = size_t{32} * 1024;

  /// Begins a new PES packet of a codec for which `can_scan`.
  void reset(Codec codec) noexcept;
  static constexpr bool can_scan(Codec codec) {
    return codec == Codec::kH264 || codec == Codec::kHevc || codec == Codec::kMpeg2Video;
  }

  /// Takes the next piece. Once decided, further pieces change nothing.
  Access feed(Bytes piece) noexcept;
  Access result() const noexcept { return result_; }

  /// A fingerprint of the parameters that the picture is coded by: of the first sequence parameter
  /// set (H.264, HEVC), or of size, aspect and rate (MPEG-2). 0 if none came with it.
  uint32_t parameters() const noexcept { return parameters_; }

 private:
  enum class State : uint8_t {
    kSearch,         ///< for the next start code
    kUnit,           ///< the byte behind a start code
    kSeiType,        ///< H.264: payload type of an SEI message
    kSeiSize,        ///< H.264: its size
    kSeiBody,        ///< H.264: its body, passed over
    kPictureHeader,  ///< MPEG-2: the two bytes behind a picture start code
    kParameters,     ///< the bytes of a parameter set or sequence header
    kSliceHeader,    ///< H.264, HEVC: whether the slice is the first of its picture
  };

  void take(uint8_t byte) noexcept;
  void begin_unit(uint8_t byte) noexcept;
  void begin_h264(uint8_t header) noexcept;
  void begin_hevc(uint8_t header) noexcept;
  void begin_mpeg2(uint8_t code) noexcept;
  void begin_slice(Access access, unsigned header_bytes) noexcept;
  void begin_parameters(unsigned bytes) noexcept;
  void take_sei(uint8_t byte) noexcept;
  void take_header(uint8_t byte) noexcept;

  Codec codec_ = Codec::kOther;
  Access result_ = Access::kNone;
  State state_ = State::kSearch;
  bool prepared_ = false;  ///< recovery point SEI, or sequence header, has been seen
  uint32_t last_ = 0;      ///< the last bytes, the newest lowest
  uint32_t sei_type_ = 0;
  uint32_t sei_left_ = 0;
  uint32_t header_left_ = 0;        ///< bytes of what is being read
  Access picture_ = Access::kNone;  ///< if the slice is the first of its picture
  uint32_t parameters_ = 0;
  size_t taken_ = 0;
};

}  // namespace sluice::media
