#include "dataplane/source/xstats.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace sluice::source {
namespace {

bool any_in(std::string_view name, const auto& words) {
  return std::any_of(words.begin(), words.end(), [name](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
}

/// 0 comes first.
int rank(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kTrouble{
      "err", "drop", "miss", "discard", "nombuf", "no_buf", "alloc_fail", "oversize", "crc"};
  static constexpr std::array<std::string_view, 3> kParts{"_q", "priority", "queue"};
  if (name.starts_with("tx_")) {
    return 3;
  }
  if (any_in(name, kParts)) {
    return 2;
  }
  return any_in(name, kTrouble) ? 0 : 1;
}

}  // namespace

std::vector<size_t> choose_xstats(const std::vector<std::string>& names, size_t most) {
  std::vector<size_t> chosen(names.size());
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  std::stable_sort(chosen.begin(), chosen.end(),
                   [&names](size_t a, size_t b) { return rank(names[a]) < rank(names[b]); });
  chosen.resize(std::min(most, chosen.size()));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace sluice::source
