#include "config/load_streams.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "config/sections.h"

namespace sluice::config {
namespace {

std::optional<YAML::Node> parse(const std::string& text, Problems& problems) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() == 1) {
      return documents.front();
    }
    problems.add({1, 1},
                 "must be one mapping, like {name: news, source: \"udp://239.1.1.1:5000\"}");
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), "not YAML: " + error.msg);
  }
  return std::nullopt;
}

/// Each text counts its own lines, so that each has its own problems. Maps point to them.
struct Texts {
  std::vector<Problems> problems;
  std::vector<ReadStream> streams;

  Texts(const std::vector<std::string>& texts, const std::string& name, const Defaults& defaults)
      : problems(texts.size(), Problems(name)) {
    for (size_t i = 0; i < texts.size(); ++i) {
      if (const auto node = parse(texts[i], problems[i])) {
        YamlMap map(*node, "streams[" + std::to_string(i) + "]", problems[i]);
        streams.push_back(read_stream(std::move(map), defaults));
      }
    }
  }

  LoadedStreams take() {
    std::vector<Problem> all;
    for (Problems& of_text : problems) {
      std::ranges::move(of_text.take(), std::back_inserter(all));
    }
    if (!all.empty()) {
      return tl::unexpected(std::move(all));
    }
    std::vector<Stream> out;
    for (ReadStream& entry : streams) {
      out.push_back(std::move(entry.stream));
    }
    return out;
  }
};

}  // namespace

LoadedStreams load_streams(const std::vector<std::string>& texts, const std::string& name,
                           const Appliance& appliance, const std::vector<const Stream*>& others) {
  Texts all(texts, name, appliance.defaults);
  check_streams(all.streams, others, appliance.dataplane);
  return all.take();
}

LoadedStreams load_stream_alone(const std::string& text, const std::string& name) {
  return Texts({text}, name, {}).take();
}

}  // namespace sluice::config
