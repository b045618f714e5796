#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dataplane/media/program_tables.h"
#include "dataplane/media/section.h"

using namespace sluice;

/// Payloads of up to 184 bytes: a byte of length, one whose lowest bit is unit_start, the bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  media::SectionAssembler assembler;
  Bytes rest(data, size);
  while (rest.size() >= 2) {
    const size_t length = std::min<size_t>(rest[0] % 185, rest.size() - 2);
    assembler.push(rest.subspan(2, length), (rest[1] & 1) != 0,
                   [](const media::Section& section, bool) {
                     media::Pat(section).for_each_program([](uint16_t, uint16_t) {});
                     media::Pmt(section).for_each_stream(
                         [](const media::ElementaryStream& stream) { stream.codec(); });
                   });
    rest = rest.subspan(2 + length);
  }
  // The loops of a table whose CRC nobody could guess.
  if (size >= media::Section::kHeaderSize + media::Section::kCrcSize &&
      size <= media::Section::kMaxSize) {
    const media::Section section(Bytes(data, size));
    media::Pat(section).for_each_program([](uint16_t, uint16_t) {});
    media::Pmt(section).for_each_stream(
        [](const media::ElementaryStream& stream) { stream.codec(); });
  }
  return 0;
}
