#include "tools/analyze/dvb_text.h"

#include <iconv.h>

#include <cstdint>

namespace sluice::tools::analyze {
namespace {

struct Encoding {
  std::string name;
  size_t prefix;  ///< bytes that name it
};

Encoding encoding_of(Bytes field) {
  const unsigned first = field[0];
  if (first >= 0x20) return {"ISO_6937", 0};
  if (first >= 0x01 && first <= 0x0b) return {"ISO-8859-" + std::to_string(first + 4), 1};
  if (first == 0x10 && field.size() >= 3) return {"ISO-8859-" + std::to_string(field[2]), 3};
  switch (first) {
    case 0x11:
      return {"UCS-2BE", 1};
    case 0x12:
      return {"EUC-KR", 1};
    case 0x13:
      return {"GB2312", 1};
    case 0x14:
      return {"BIG5", 1};
    case 0x15:
      return {"UTF-8", 1};
    default:
      return {"ISO_6937", 1};
  }
}

/// Emphasis and line breaks of the one-byte tables.
std::string without_controls(Bytes field) {
  std::string text;
  for (const uint8_t byte : field) {
    if (byte >= 0x20 && (byte < 0x7f || byte > 0x9f)) text += static_cast<char>(byte);
  }
  return text;
}

}  // namespace

std::string dvb_text(Bytes field) {
  if (field.empty()) return {};
  const Encoding encoding = encoding_of(field);
  field = field.subspan(encoding.prefix);
  const bool one_byte = encoding.name.starts_with("ISO");
  std::string in = one_byte ? without_controls(field) : std::string(field.begin(), field.end());
  const iconv_t converter = ::iconv_open("UTF-8//IGNORE", encoding.name.c_str());
  if (reinterpret_cast<intptr_t>(converter) == -1) return without_controls(field);
  std::string out(in.size() * 4 + 4, '\0');
  char* from = in.data();
  size_t left = in.size();
  char* to = out.data();
  size_t room = out.size();
  ::iconv(converter, &from, &left, &to, &room);
  ::iconv_close(converter);
  out.resize(out.size() - room);
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return out;
}

}  // namespace sluice::tools::analyze
