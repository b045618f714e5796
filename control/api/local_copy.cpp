#include "control/api/local_copy.h"

#include "control/api/file_response.h"
#include "control/api/recording.h"

namespace sluice::api {
namespace {

/// "srv/hls" of "/srv/./hls/".
std::filesystem::path tidy(const std::filesystem::path& path) {
  std::filesystem::path normal = path.lexically_normal().relative_path();
  return normal.has_filename() ? normal : normal.parent_path();
}

}  // namespace

LocalCopy::LocalCopy(const config::Control& control)
    : folder_(control.local_copy, ""),
      urls_log_folder_(control.urls_log.parent_path() / ".", ""),
      urls_log_name_(control.urls_log.filename()),
      full_name_(tidy(control.local_copy).string() + "/"),
      short_name_(tidy(control.local_copy).filename().string() + "/") {}

std::optional<Response> LocalCopy::file(const Request& request, const object::FileRoot& folder,
                                        std::string_view name) const {
  if (!is_recording(name) && name != "urls.log" && name != urls_log_name_) {
    return std::nullopt;
  }
  auto found = folder.open_object(std::string(name));
  if (!found) {
    return std::nullopt;
  }
  return file_response(request, name, std::move(*found));
}

std::optional<Response> LocalCopy::respond(const Request& request) const {
  const std::string_view name = request.path().substr(1);
  if (auto response = file(request, folder_, name)) {
    return response;
  }
  for (const std::string& prefix : {full_name_, short_name_}) {
    if (!name.starts_with(prefix)) {
      continue;
    }
    const std::string_view inside = name.substr(prefix.size());
    return inside == "urls.log" ? file(request, urls_log_folder_, urls_log_name_)
                                : file(request, folder_, inside);
  }
  return std::nullopt;
}

}  // namespace sluice::api
