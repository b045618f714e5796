#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::gen {

/// Length of the digits by which a made picture tells whose it is.
inline constexpr unsigned kChannelDigits = 5;
/// What stands in front of the digits, in a SEI message.
inline constexpr char kChannelMark[] = "sluice-gen channel ";

/// One access unit of a grey 176x144 picture in H.264 (Constrained Baseline), as an Annex B byte
/// stream that real decoders take: the first of a GOP is an IDR picture with its parameter sets
/// and a SEI message of user data (kChannelMark and digits), the others skip every macroblock.
/// @param number  of the picture within its GOP
/// @param gop  of the channel: neighbouring IDR pictures differ in idr_pic_id
std::vector<uint8_t> made_picture(unsigned number, unsigned gop);

/// Makes an access unit longer with a filler data NAL unit (type 12); by 6 bytes at least.
void pad_picture(std::vector<uint8_t>& picture, size_t size);

}  // namespace sluice::gen
