#include "control/upload/urls_log_file.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <vector>

#include "control/upload/atomic_file.h"
#include "storage/playlist/urls_log.h"

namespace sluice::upload {

void UrlsLogFile::set(const catalog::Hour& hour) {
  catalog::Hour& known = hours_[{hour.hour, hour.stream}];
  changed_ = changed_ || known.url != hour.url;
  known = hour;
}

void UrlsLogFile::write(bool now_or_never) {
  const auto now = clock_.monotonic();
  if (!changed_ || (!now_or_never && written_ && now - *written_ < std::chrono::seconds(1))) {
    return;
  }
  std::vector<playlist::HourUrl> lines;
  for (const auto& [name, hour] : hours_) {
    lines.push_back({hour.hour, hour.url});
  }
  const std::string text = playlist::render_urls_log(lines);
  Status done = write_file(file_, text);
  if (done && !copy_.empty()) {
    done = write_file(copy_, text);
  }
  changed_ = !done;
  written_ = now;
  if (!done && told_ != done.error().message) {
    told_ = done.error().message;
    spdlog::error("urls.log: {}; it is tried again", told_);
  }
}

}  // namespace sluice::upload
