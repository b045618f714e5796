#include "dataplane/media/section.h"

#include <algorithm>
#include <cstring>

#include "dataplane/media/crc32.h"

namespace sluice::media {

bool Section::has_long_form(Bytes bytes) noexcept {
  if (bytes.size() < kHeaderSize + kCrcSize || bytes.size() > kMaxSize) return false;
  const bool long_form = (bytes[1] & 0x80) != 0;
  const size_t length = static_cast<size_t>(bytes[1] & 0xf) << 8 | bytes[2];
  return long_form && length + 3 == bytes.size();
}

bool Section::has_crc(Bytes bytes) noexcept {
  return crc32_mpeg(bytes) == 0;
}

Bytes SectionAssembler::fill(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const size_t wanted = expected();
    if (wanted > buffer_.size()) {
      // Too long to be a PAT or PMT. Its end is not looked for: the next unit start is near.
      reset();
      return {};
    }
    if (size_ >= 3 && size_ == wanted) break;
    const size_t n = std::min(wanted - size_, bytes.size());
    std::memcpy(buffer_.data() + size_, bytes.data(), n);
    size_ += n;
    bytes = bytes.subspan(n);
  }
  return bytes;
}

}  // namespace sluice::media
