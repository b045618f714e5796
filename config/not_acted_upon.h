#pragma once

#include <string>
#include <vector>

#include "config/appliance.h"

namespace sluice::config {

/// Keys that an appliance's file sets and that this version reads without doing what they say: a
/// sentence each, naming the key and what happens instead. For `check` and for the start of `run`.
std::vector<std::string> not_acted_upon(const Appliance& appliance);

}  // namespace sluice::config
