#pragma once

#include "tools/top/frame.h"

namespace sluice::tools::top {

/// What stands above the list: who runs, what comes in, what is dropped, arena, store, ports and
/// lcores; at most `rows` lines of it.
Frame summary(const Picture& picture, const View& view, const Size& size);

}  // namespace sluice::tools::top
