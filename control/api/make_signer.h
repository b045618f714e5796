#pragma once

#include <functional>
#include <memory>

#include "config/base/result.h"
#include "storage/object/store.h"

namespace sluice::api {

/// Makes a store that is used only to make URLs.
using MakeSigner = std::function<Result<std::unique_ptr<object::ObjectStore>>()>;

}  // namespace sluice::api
