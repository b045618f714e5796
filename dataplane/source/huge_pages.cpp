#include "dataplane/source/huge_pages.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace sluice::source {

HugePages huge_pages() {
  HugePages pages;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", ignored)) {
    constexpr std::string_view kPrefix = "hugepages-";
    const std::string name = entry.path().filename();
    uint64_t total = 0;
    uint64_t unused = 0;
    std::ifstream(entry.path() / "nr_hugepages") >> total;
    std::ifstream(entry.path() / "free_hugepages") >> unused;
    pages.total += total;
    pages.free_bytes += unused * 1024 * std::strtoull(name.c_str() + kPrefix.size(), nullptr, 10);
  }
  return pages;
}

}  // namespace sluice::source
