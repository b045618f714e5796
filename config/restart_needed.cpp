#include "config/restart_needed.h"

namespace sluice::config {
namespace {

/// Compares two sections setting by setting.
template <typename Section>
class Comparison {
 public:
  Comparison(std::string section, const Section& running, const Section& wanted,
             std::vector<std::string>& out)
      : section_(std::move(section)), running_(running), wanted_(wanted), out_(out) {}

  template <typename T>
  Comparison& operator()(const char* key, T Section::*field) {
    if (!(running_.*field == wanted_.*field)) {
      out_.push_back(section_ + "." + key);
    }
    return *this;
  }

 private:
  std::string section_;
  const Section& running_;
  const Section& wanted_;
  std::vector<std::string>& out_;
};

}  // namespace

std::vector<std::string> restart_needed(const Appliance& running, const Appliance& wanted) {
  std::vector<std::string> names;
  Comparison("dataplane", running.dataplane, wanted.dataplane, names)("driver", &Dataplane::driver)(
      "interface", &Dataplane::interface)("path", &Dataplane::path)("pace", &Dataplane::pace)(
      "eal", &Dataplane::eal)("ports", &Dataplane::ports)("lcores", &Dataplane::lcores)(
      "idle", &Dataplane::idle);
  Comparison("arena", running.arena, wanted.arena, names)("path", &Arena::path)(
      "hold", &Arena::hold)("size", &Arena::size);
  Comparison("storage", running.storage, wanted.storage, names)("endpoint", &Storage::endpoint)(
      "public_endpoint", &Storage::public_endpoint)("region", &Storage::region)(
      "bucket", &Storage::bucket)("prefix", &Storage::prefix)("addressing", &Storage::addressing)(
      "cors", &Storage::cors)("ca_file", &Storage::ca_file)("credentials", &Storage::credentials);
  Comparison("spool", running.spool, wanted.spool, names)("path", &Spool::path)("max", &Spool::max)(
      "when", &Spool::always);
  Comparison("control", running.control, wanted.control, names)("listen", &Control::listen)(
      "token_file", &Control::token_file)("urls_log", &Control::urls_log)("state", &Control::state)(
      "local_copy", &Control::local_copy)("keep_local_segments", &Control::keep_local_segments)(
      "stream_folder", &Control::stream_folder);
  return names;
}

}  // namespace sluice::config
