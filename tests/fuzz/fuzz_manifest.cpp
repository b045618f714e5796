#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/playlist/manifest.h"

using namespace sluice;

/// Any line is an entry or an error; an entry survives being written and read back.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto entry = playlist::parse_manifest_line({reinterpret_cast<const char*>(data), size});
  if (!entry) {
    if (entry.error().message.empty()) std::abort();
    return 0;
  }
  const std::string line = playlist::render_manifest_line(*entry);
  const auto again = playlist::parse_manifest_line(line);
  if (!again || playlist::render_manifest_line(*again) != line) std::abort();
  return 0;
}
