#pragma once

#include <string>

#include "config/base/result.h"
#include "storage/object/store.h"
#include "storage/object/unique_fd.h"

namespace sluice::object {

/// One page of the regular files below `folder` whose path begins with `prefix`, in the order of
/// their bytes as S3 lists keys, after `after`. Reads only the folders that can hold such paths;
/// symbolic links are not followed. A file that goes while it is listed may be left out.
Result<Listing> list_folder(UniqueFd folder, const std::string& prefix, const std::string& after,
                            size_t limit);

}  // namespace sluice::object
