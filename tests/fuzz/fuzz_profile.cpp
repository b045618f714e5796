#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "storage/object/profile_file.h"
#include "tests/fuzz/memory_file.h"

using namespace sluice;

/// Any credentials file: whole keys, or an error.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::MemoryFile file({data, size});
  const auto keys = object::read_profile(file.path(), "default");
  if (keys ? keys->access_key.empty() || keys->secret_key.empty() : keys.error().message.empty()) {
    std::abort();
  }
  return 0;
}
