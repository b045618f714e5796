#include "storage/object/profile_file.h"

#include <cerrno>
#include <fstream>
#include <string_view>

namespace sluice::object {
namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_section(std::string_view line, std::string_view name) {
  line.remove_prefix(1);
  return line.ends_with(']') && trim(line.substr(0, line.size() - 1)) == name;
}

void take(std::string_view line, Keys& keys) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    return;
  }
  const std::string_view name = trim(line.substr(0, equals));
  const std::string value(trim(line.substr(equals + 1)));
  if (name == "aws_access_key_id") {
    keys.access_key = value;
  } else if (name == "aws_secret_access_key") {
    keys.secret_key = Secret(value);
  } else if (name == "aws_session_token") {
    keys.session_token = Secret(value);
  }
}

}  // namespace

Result<Keys> read_profile(const std::filesystem::path& file, const std::string& profile) {
  errno = 0;
  std::ifstream in(file);
  if (!in) {
    return fail(Next::kRefreshCredentials,
                system_error("cannot open credentials file " + file.string(), errno).message);
  }
  Keys keys;
  bool found = false;
  bool inside = false;
  for (std::string text; std::getline(in, text);) {
    const std::string_view line = trim(text);
    if (line.empty() || line.front() == '#' || line.front() == ';') {
      continue;
    }
    if (line.front() == '[') {
      inside = is_section(line, profile);
      found = found || inside;
    } else if (inside) {
      take(line, keys);
    }
  }
  const std::string where = "profile '" + profile + "' in " + file.string();
  if (!found) {
    return fail(Next::kRefreshCredentials, "no " + where);
  }
  if (keys.access_key.empty() || keys.secret_key.empty()) {
    return fail(Next::kRefreshCredentials,
                where + " has no " +
                    (keys.access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key"));
  }
  return keys;
}

}  // namespace sluice::object
