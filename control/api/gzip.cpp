#include "control/api/gzip.h"

#include <zlib.h>

#include <stdexcept>

namespace sluice::api {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: 32 KiB, and 16 more asks for the gzip format

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "gzip;q=0" and "gzip;q=0.000" forbid it.
bool forbidden(std::string_view parameters) {
  const size_t q = parameters.find("q=");
  return q != std::string_view::npos &&
         trim(parameters.substr(q + 2)).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: no memory");
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool accepts_gzip(std::optional<std::string_view> accept_encoding) {
  std::string_view rest = accept_encoding.value_or("");
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view coding = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const size_t semicolon = std::min(coding.find(';'), coding.size());
    if (trim(coding.substr(0, semicolon)) == "gzip") {
      return !forbidden(coding.substr(semicolon));
    }
  }
  return false;
}

}  // namespace sluice::api
