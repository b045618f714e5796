#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/appliance.h"
#include "control/api/http.h"
#include "storage/object/file_root.h"

namespace sluice::api {

/// The folder of `sluice record`, served as its operators know it: `/index.m3u8` and everything
/// below the folder, both at the root and under the folder's own name; `/<folder>/urls.log`
/// wherever that file lies.
class LocalCopy {
 public:
  explicit LocalCopy(const config::Control& control);

  /// Nothing if there is no such file here.
  std::optional<Response> respond(const Request& request) const;

 private:
  std::optional<Response> file(const Request& request, const object::FileRoot& folder,
                               std::string_view name) const;

  object::FileRoot folder_;
  object::FileRoot urls_log_folder_;
  std::string urls_log_name_;
  std::string full_name_;   ///< "srv/hls/" of `-o /srv/hls`
  std::string short_name_;  ///< "hls/"
};

}  // namespace sluice::api
