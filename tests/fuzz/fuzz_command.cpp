#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/arena/command.h"

using namespace sluice::arena;

/// Any line: what is taken for a request is the same request when it is written and read again, and
/// answers likewise. No message of ours breaks the line.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (const auto request = parse_request(line)) {
    const std::string text = to_line(*request);
    const auto again = parse_request(text);
    if (text.find('\n') != text.npos || !again || to_line(*again) != text) std::abort();
  }
  if (const auto answer = parse_answer(line)) {
    const std::string text = to_line(*answer);
    const auto again = parse_answer(text);
    if (text.find('\n') != text.npos || !again || to_line(*again) != text) std::abort();
  }
  return 0;
}
