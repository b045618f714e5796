#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/load.h"
#include "config/write.h"

using namespace sluice;

namespace {

config::Loaded load(std::string_view text) {
  return config::load_text(text, "fuzz.yaml",
                           [](const std::string&) { return Result<std::string>("eth7"); });
}

}  // namespace

/// Any text is an appliance or a list of problems that say where they are; an appliance survives
/// being written and read back.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const config::Loaded loaded = load({reinterpret_cast<const char*>(data), size});
  if (!loaded) {
    if (loaded.error().empty()) std::abort();
    for (const config::Problem& problem : loaded.error()) {
      if (problem.message.empty() || problem.line < 0 || problem.column < 0) std::abort();
    }
    return 0;
  }
  const std::string written = config::to_yaml(*loaded);
  const config::Loaded again = load(written);
  if (!again || config::to_yaml(*again) != written) std::abort();
  return 0;
}
