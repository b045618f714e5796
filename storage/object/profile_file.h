#pragma once

#include <filesystem>
#include <string>

#include "config/base/result.h"
#include "storage/object/credentials.h"

namespace sluice::object {

/// Reads one profile of an AWS-style shared credentials file: INI sections with aws_access_key_id,
/// aws_secret_access_key and, if there, aws_session_token. Errors name the file, the profile and
/// what is missing, never a value.
Result<Keys> read_profile(const std::filesystem::path& file, const std::string& profile);

}  // namespace sluice::object
