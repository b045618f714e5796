#include "control/web/assets.h"

#include <algorithm>

#include "control/web/asset_table.h"

namespace sluice::web {

const Asset* find_asset(std::string_view path) {
  const auto table = asset_table();
  const auto found = std::ranges::find(table, path, &Asset::path);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace sluice::web
