#include "config/load.h"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "config/arena_size.h"
#include "config/default_port.h"
#include "config/sections.h"

namespace sluice::config {
namespace {

YAML::Node parse_yaml(std::string_view text, Problems& problems) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      problems.add(place_of(documents[1].Mark()),
                   "a second YAML document starts here; put everything in one");
    }
    return documents.empty() ? YAML::Node() : documents.front();
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), "not YAML: " + error.msg);
    return {};
  }
}

Appliance read_appliance(const YAML::Node& root, Problems& problems, const RouteLookup& route) {
  Appliance appliance;
  YamlMap top(root, "", problems);
  read_dataplane(top, appliance.dataplane);
  std::vector<ReadStream> streams = read_streams(top);
  check_streams(streams, appliance.dataplane);
  read_storage(top, appliance.storage);
  read_spool(top, appliance.spool);
  read_control(top, appliance.control);
  for (ReadStream& entry : streams) {
    appliance.streams.push_back(entry.stream);
  }
  read_arena(top, least_arena_bytes(appliance), appliance.arena);
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
  const YAML::Node root = parse_yaml(text, problems);
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
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in || std::filesystem::is_directory(file)) {
    return tl::unexpected(
        std::vector{Problem{file.string(), 0, 0, system_error("cannot read", errno).message}});
  }
  return load_text(text, file.string());
}

}  // namespace sluice::config
