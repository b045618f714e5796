#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/write.h"
#include "tests/tools/import/import_fixture.h"

using namespace sluice;
using namespace sluice::tools::import;

/// Whatever the list: what is taken of it is a configuration that loads, and what is not has a line
/// and a reason.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Imported imported = import_text(text, (data[0] & 1) != 0);
  for (const Remark& remark : imported.remarks) {
    if (remark.line == 0 || remark.message.empty()) std::abort();
  }
  if (imported.streams.empty()) return 0;
  const config::Loaded loaded = load_back(imported.streams);
  if (!loaded || loaded->streams.size() != imported.streams.size()) std::abort();
  return 0;
}
