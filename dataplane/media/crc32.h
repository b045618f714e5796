#pragma once

#include <cstdint>

#include "config/base/digest.h"

namespace sluice::media {

/// CRC-32 of PSI sections (ISO 13818-1, annex A). Over a section that carries its right CRC the
/// result is 0. @param crc  that of what stands before these bytes
uint32_t crc32_mpeg(Bytes bytes, uint32_t crc = 0xffff'ffff) noexcept;

}  // namespace sluice::media
