#include "storage/arena/command.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace sluice::arena {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<Command, std::string_view>, 6> kNames{{
    {Command::kList, "list"},
    {Command::kAdd, "add"},
    {Command::kChange, "change"},
    {Command::kRemove, "remove"},
    {Command::kReload, "reload"},
    {Command::kDrain, "drain"},
}};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A message, if it is one of our version.
Result<Json> parse(std::string_view line) {
  Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return fail("not a message: it must be one JSON object in one line");
  }
  const auto version = json.find("version");
  if (version == json.end() || *version != kCommandVersion) {
    return fail("this program speaks version " + std::to_string(kCommandVersion) +
                " of the command messages (\"version\": 1)");
  }
  return json;
}

/// The texts of a list; none if the key is absent.
Result<std::vector<std::string>> texts(const Json& json, const char* key) {
  std::vector<std::string> out;
  const auto list = json.find(key);
  if (list == json.end()) {
    return out;
  }
  if (!list->is_array()) {
    return fail("\"" + std::string(key) + "\" must be a list");
  }
  for (const Json& item : *list) {
    if (!item.is_string() && !item.is_object()) {
      return fail("\"" + std::string(key) + "\" must be a list of texts" +
                  (key == std::string_view("streams") ? " or objects" : ""));
    }
    out.push_back(item.is_string() ? item.get<std::string>() : dump(item));
  }
  return out;
}

std::string text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<Command> command_of(const std::string& name) {
  std::string all;
  for (const auto& [command, known] : kNames) {
    if (name == known) {
      return command;
    }
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  return fail("\"command\" must be one of " + all);
}

/// Keys that a command needs and does not have.
Status check(const CommandRequest& request) {
  const bool has_streams = request.command == Command::kAdd || request.command == Command::kChange;
  if (has_streams && request.streams.empty()) {
    return fail("\"streams\" is missing: the streams to add or change");
  }
  if (request.command == Command::kRemove && request.names.empty()) {
    return fail("\"names\" is missing: the streams to remove");
  }
  return {};
}

}  // namespace

std::string to_line(const CommandRequest& request) {
  Json json{{"version", kCommandVersion}};
  for (const auto& [command, name] : kNames) {
    if (command == request.command) {
      json["command"] = name;
    }
  }
  if (!request.streams.empty()) {
    json["streams"] = request.streams;
  }
  if (!request.names.empty()) {
    json["names"] = request.names;
  }
  if (!request.file.empty()) {
    json["file"] = request.file;
  }
  return dump(json);
}

std::string to_line(const CommandAnswer& answer) {
  Json json{{"version", kCommandVersion}, {"ok", answer.error.empty()}};
  if (!answer.error.empty()) {
    json["error"] = answer.error;
    json["problems"] = answer.problems;
    json["restart"] = answer.restart;
    return dump(json);
  }
  json["generation"] = answer.generation;
  json["added"] = answer.added;
  json["changed"] = answer.changed;
  json["removed"] = answer.removed;
  json["starting"] = answer.starting;
  Json& streams = json["streams"] = Json::array();
  for (const ListedStream& stream : answer.streams) {
    streams.push_back({{"name", stream.name},
                       {"source", stream.source},
                       {"state", stream.state},
                       {"by", stream.by_command ? "command" : "file"}});
  }
  return dump(json);
}

Result<CommandRequest> parse_request(std::string_view line) {
  const auto json = parse(line);
  if (!json) {
    return fail(json.error());
  }
  const auto command = command_of(text(*json, "command"));
  auto streams = texts(*json, "streams");
  auto names = texts(*json, "names");
  if (!command) {
    return fail(command.error());
  }
  if (!streams || !names) {
    return fail(!streams ? streams.error() : names.error());
  }
  CommandRequest request{.command = *command,
                         .streams = std::move(*streams),
                         .names = std::move(*names),
                         .file = text(*json, "file")};
  if (Status complete = check(request); !complete) {
    return fail(complete.error());
  }
  return request;
}

Result<CommandAnswer> parse_answer(std::string_view line) {
  const auto json = parse(line);
  if (!json) {
    return fail(json.error());
  }
  CommandAnswer answer{.error = text(*json, "error")};
  if (answer.error.empty() && !json->value("ok", false)) {
    answer.error = "refused without a reason";
  }
  const std::array<std::pair<const char*, std::vector<std::string>*>, 6> lists{
      {{"problems", &answer.problems},
       {"restart", &answer.restart},
       {"added", &answer.added},
       {"changed", &answer.changed},
       {"removed", &answer.removed},
       {"starting", &answer.starting}}};
  for (const auto& [key, list] : lists) {
    auto read = texts(*json, key);
    if (!read) {
      return fail(read.error());
    }
    *list = std::move(*read);
  }
  if (const auto generation = json->find("generation");
      generation != json->end() && generation->is_number_unsigned()) {
    answer.generation = generation->get<uint64_t>();
  }
  if (const auto streams = json->find("streams"); streams != json->end() && streams->is_array()) {
    for (const Json& stream : *streams) {
      answer.streams.push_back({.name = text(stream, "name"),
                                .source = text(stream, "source"),
                                .state = text(stream, "state"),
                                .by_command = text(stream, "by") == "command"});
    }
  }
  return answer;
}

std::filesystem::path command_socket_path(const std::filesystem::path& folder) {
  return folder / "dataplane.sock";
}

}  // namespace sluice::arena
