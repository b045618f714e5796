#pragma once

#include <span>

#include "control/web/assets.h"

namespace sluice::web {

/// Every file of the page. Defined by what embed.py writes.
std::span<const Asset> asset_table();

}  // namespace sluice::web
