#include "dataplane/media/access_point.h"

namespace sluice::media {
namespace {

constexpr uint32_t kStartCodeMask = 0xff'ffff;
constexpr uint32_t kStartCode = 0x00'0001;
constexpr uint32_t kEmulationPrevention = 0x00'0003;
constexpr uint32_t kSeiRecoveryPoint = 6;
constexpr unsigned kMaxParameters = 256;

}  // namespace

void AccessPointScanner::reset(Codec codec) noexcept {
  *this = AccessPointScanner();
  codec_ = codec;
  last_ = ~uint32_t{0};
  result_ = Access::kUndecided;
}

Access AccessPointScanner::feed(Bytes piece) noexcept {
  for (const uint8_t byte : piece) {
    if (result_ != Access::kUndecided) return result_;
    take(byte);
  }
  taken_ += piece.size();
  if (result_ == Access::kUndecided && taken_ > kMaxBytes) result_ = Access::kNone;
  return result_;
}

void AccessPointScanner::take(uint8_t byte) noexcept {
  if (state_ == State::kUnit) {
    begin_unit(byte);
    return;
  }
  last_ = last_ << 8 | byte;
  if ((last_ & kStartCodeMask) == kStartCode) {
    state_ = State::kUnit;
    return;
  }
  switch (state_) {
    case State::kSeiType:
    case State::kSeiSize:
    case State::kSeiBody:
      if ((last_ & kStartCodeMask) != kEmulationPrevention) take_sei(byte);
      break;
    case State::kPictureHeader:
    case State::kParameters:
    case State::kSliceHeader:
      take_header(byte);
      break;
    case State::kSearch:
    case State::kUnit:
      break;
  }
}

void AccessPointScanner::take_header(uint8_t byte) noexcept {
  constexpr uint32_t kPrime = 0x0100'0193;
  if (state_ == State::kParameters) {
    // Zero bytes at the end belong to the next start code, or don't: they are not counted.
    if (byte != 0) parameters_ = (parameters_ ^ byte ^ header_left_ << 8) * kPrime;
    if (--header_left_ == 0) state_ = State::kSearch;
    return;
  }
  if (--header_left_ > 0) return;
  if (state_ == State::kPictureHeader) {
    // temporal_reference has 10 bits, then come the 3 of picture_coding_type: 1 is I.
    const bool intra = (byte >> 3 & 7) == 1;
    result_ = intra && prepared_ ? Access::kIPicture : Access::kNone;
    return;
  }
  // first_mb_in_slice as ue(v) is 0 if its first bit is set; first_slice_segment_in_pic_flag is
  // that bit.
  state_ = State::kSearch;
  if ((byte & 0x80) != 0) result_ = picture_;
}

void AccessPointScanner::begin_unit(uint8_t byte) noexcept {
  state_ = State::kSearch;
  last_ = ~uint32_t{0};
  switch (codec_) {
    case Codec::kH264:
      begin_h264(byte);
      break;
    case Codec::kHevc:
      begin_hevc(byte);
      break;
    default:
      begin_mpeg2(byte);
      break;
  }
}

void AccessPointScanner::begin_h264(uint8_t header) noexcept {
  constexpr uint8_t kSlice = 1;
  constexpr uint8_t kPartitionA = 2;
  constexpr uint8_t kIdrSlice = 5;
  constexpr uint8_t kSei = 6;
  constexpr uint8_t kSequenceParameters = 7;
  switch (header & 0x1f) {
    case kIdrSlice:
      begin_slice(Access::kIdr, 1);
      break;
    case kSlice:
    case kPartitionA:
      begin_slice(prepared_ ? Access::kRecoveryPoint : Access::kNone, 1);
      break;
    case kSequenceParameters:
      begin_parameters(kMaxParameters);
      break;
    case kSei:
      state_ = State::kSeiType;
      sei_type_ = 0;
      break;
    default:
      break;
  }
}

void AccessPointScanner::begin_hevc(uint8_t header) noexcept {
  constexpr unsigned kFirstIrap = 16;
  constexpr unsigned kLastIrap = 21;
  constexpr unsigned kLastVcl = 31;
  constexpr unsigned kSequenceParameters = 33;
  const unsigned type = header >> 1 & 0x3fU;
  if (type == kSequenceParameters) begin_parameters(kMaxParameters);
  if (type > kLastVcl) return;
  // The second byte of the NAL header stands between.
  begin_slice(type >= kFirstIrap && type <= kLastIrap ? Access::kIrap : Access::kNone, 2);
}

void AccessPointScanner::begin_slice(Access access, unsigned header_bytes) noexcept {
  picture_ = access;
  header_left_ = header_bytes;
  state_ = State::kSliceHeader;
}

/// Only the first ones count: a picture may come with several that it does not use.
void AccessPointScanner::begin_parameters(unsigned bytes) noexcept {
  constexpr uint32_t kBasis = 0x811c'9dc5;
  if (parameters_ != 0) return;
  parameters_ = kBasis;
  header_left_ = bytes;
  state_ = State::kParameters;
}

void AccessPointScanner::begin_mpeg2(uint8_t code) noexcept {
  constexpr uint8_t kPicture = 0x00;
  constexpr uint8_t kSequenceHeader = 0xb3;
  constexpr unsigned kSizeAspectAndRate = 4;
  if (code == kSequenceHeader) {
    prepared_ = true;
    begin_parameters(kSizeAspectAndRate);
  } else if (code == kPicture) {
    state_ = State::kPictureHeader;
    header_left_ = 2;
  }
}

/// SEI messages (ISO 14496-10, 7.3.2.3.1): type and size are sums of bytes, 0xff means that one
/// more follows.
void AccessPointScanner::take_sei(uint8_t byte) noexcept {
  switch (state_) {
    case State::kSeiType:
      sei_type_ += byte;
      if (byte == 0xff) return;
      sei_left_ = 0;
      state_ = State::kSeiSize;
      break;
    case State::kSeiSize:
      sei_left_ += byte;
      if (byte == 0xff) return;
      if (sei_type_ == kSeiRecoveryPoint) prepared_ = true;
      sei_type_ = 0;
      state_ = sei_left_ == 0 ? State::kSeiType : State::kSeiBody;
      break;
    default:
      if (--sei_left_ == 0) state_ = State::kSeiType;
      break;
  }
}

}  // namespace sluice::media
