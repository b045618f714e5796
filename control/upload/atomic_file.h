#pragma once

#include <filesystem>
#include <string_view>

#include "config/base/digest.h"
#include "config/base/result.h"

namespace sluice::upload {

/// Replaces a file at once: readers see the old text or the new one, whole. Makes its folder if
/// need be.
Status write_file(const std::filesystem::path& file, std::span<const Bytes> pieces);
Status write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace sluice::upload
