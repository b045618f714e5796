#include "dataplane/media/program_tables.h"

namespace sluice::media {
namespace {

Codec registered_format(Bytes body) {
  if (body.size() < 4) return Codec::kOther;
  const uint32_t id =
      uint32_t{body[0]} << 24 | uint32_t{body[1]} << 16 | uint32_t{body[2]} << 8 | body[3];
  switch (id) {
    case 0x41432d33:
      return Codec::kAc3;  // AC-3
    case 0x45414333:
      return Codec::kEac3;  // EAC3
    case 0x48455643:
      return Codec::kHevc;  // HEVC
    case 0x56432d31:
      return Codec::kOtherVideo;  // VC-1
    case 0x4f707573:              // Opus
    case 0x42535344:
      return Codec::kOtherAudio;  // BSSD: SMPTE 302M
    default:
      return Codec::kOther;
  }
}

/// What the descriptors of a private stream say it is.
Codec private_codec(Bytes descriptors) {
  Codec codec = Codec::kOther;
  for_each_descriptor(descriptors, [&](uint8_t tag, Bytes body) {
    switch (tag) {
      case 0x05: {
        const Codec registered = registered_format(body);
        if (registered != Codec::kOther) codec = registered;
        break;
      }
      case 0x6a:
        codec = Codec::kAc3;
        break;
      case 0x7a:
        codec = Codec::kEac3;
        break;
      case 0x7b:
        codec = Codec::kOtherAudio;
        break;  // DTS
      case 0x7c:
        codec = Codec::kAac;
        break;
      default:
        break;
    }
  });
  return codec;
}

}  // namespace

Codec ElementaryStream::codec() const noexcept {
  switch (stream_type) {
    case 0x01:
    case 0x02:
      return Codec::kMpeg2Video;
    case 0x1b:
      return Codec::kH264;
    case 0x24:
      return Codec::kHevc;
    case 0x10:  // MPEG-4 part 2
    case 0x21:  // JPEG 2000
    case 0x33:  // VVC
    case 0x42:  // AVS
    case 0xd1:  // Dirac
    case 0xd2:  // AVS2
    case 0xd4:  // AVS3
    case 0xea:
      return Codec::kOtherVideo;  // VC-1
    case 0x03:
    case 0x04:
      return Codec::kMpegAudio;
    case 0x0f:
      return Codec::kAac;
    case 0x11:
      return Codec::kLatmAac;
    case 0x81:
      return Codec::kAc3;
    case 0x84:
    case 0x87:
      return Codec::kEac3;
    case 0x1c:  // MPEG-4 audio without framing
    case 0x2d:  // MPEG-H
    case 0x2e:
    case 0x82:  // DTS
    case 0x85:
    case 0x8a:
      return Codec::kOtherAudio;
    case 0x06:
      return private_codec(descriptors);
    default:
      return Codec::kOther;
  }
}

bool ElementaryStream::is_pes() const noexcept {
  switch (stream_type) {
    case 0x05:  // private sections
    case 0x0a:
    case 0x0b:
    case 0x0c:
    case 0x0d:  // DSM-CC
    case 0x13:
    case 0x14:
    case 0x16:
    case 0x86:
      return false;  // SCTE-35
    default:
      return true;
  }
}

}  // namespace sluice::media
