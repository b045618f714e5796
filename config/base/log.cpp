#include "config/base/log.h"

#include <spdlog/cfg/helpers.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdlib>
#include <string>

namespace sluice {

void set_up_log(std::string_view program) {
  auto logger = spdlog::stderr_logger_mt(std::string(program));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %L [%n] %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  if (const char* level = std::getenv("SLUICE_LOG"); level != nullptr) {
    spdlog::cfg::helpers::load_levels(level);
  }
}

}  // namespace sluice
