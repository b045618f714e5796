#include "config/load.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "config/arena_size.h"
#include "config/default_port.h"
#include "config/sections.h"

namespace sluice::config {
namespace {

/// Where documents start; of the rest of a text, it heeds nothing.
class DocumentStarts final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { marks.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  std::vector<YAML::Mark> marks;
};

/// What follows the first document. yaml-cpp takes a stray comma or bracket for the start of
/// another, and never gets past it: there is no asking it for all documents.
void check_single(const std::string& text, Problems& problems) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  DocumentStarts starts;
  parser.HandleNextDocument(starts);
  if (!parser.HandleNextDocument(starts)) {
    return;
  }
  const YAML::Mark& next = starts.marks.back();
  const bool announced = text.compare(static_cast<size_t>(next.pos), 3, "---") == 0;
  problems.add(place_of(next),
               announced
                   ? "a second YAML document starts here; put everything in one"
                   : "not YAML: this belongs to nothing; is there a comma or bracket too many?");
}

YAML::Node parse_yaml(const std::string& text, Problems& problems) {
  try {
    YAML::Node root = YAML::Load(text);
    check_single(text, problems);
    return root;
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), "not YAML: " + error.msg);
    return {};
  }
}

Appliance read_appliance(const YAML::Node& root, Problems& problems, const RouteLookup& route) {
  Appliance appliance;
  YamlMap top(root, "", problems);
  read_dataplane(top, appliance.dataplane);
  std::vector<ReadStream> streams = read_streams(top, appliance.defaults);
  check_streams(streams, {}, appliance.dataplane);
  read_storage(top, appliance.storage);
  read_spool(top, appliance.spool);
  read_control(top, appliance.control);
  for (ReadStream& entry : streams) {
    appliance.streams.push_back(entry.stream);
  }
  read_arena(top, least_arena_bytes(appliance.streams), appliance.arena);
  top.close();
  if (problems.empty()) {
    if (const auto chosen = choose_port(appliance, route); !chosen) {
      top.problem("dataplane", chosen.error().message);
    }
  }
  return appliance;
}

}  // namespace

Loaded load_text(std::string_view text, const std::string& name, const RouteLookup& route) {
  Problems problems(name);
  const YAML::Node root = parse_yaml(std::string(text), problems);
  if (!problems.empty()) {
    return tl::unexpected(problems.take());
  }
  Appliance appliance = read_appliance(root, problems, route);
  if (!problems.empty()) {
    return tl::unexpected(problems.take());
  }
  return appliance;
}

Loaded load(const std::filesystem::path& file) {
  const auto unreadable = [&](int error) {
    return tl::unexpected(
        std::vector{Problem{file.string(), 0, 0, system_error("cannot read", error).message}});
  };
  // A folder opens like a file, and its first read throws.
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return unreadable(EISDIR);
  }
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) {
    return unreadable(errno);
  }
  return load_text(text, file.string());
}

}  // namespace sluice::config
