#include "config/roll.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "config/base/log.h"
#include "config/load_streams.h"
#include "config/write.h"

namespace sluice::config {
namespace {

constexpr std::string_view kHead =
    "# The streams that sluice-dataplane captures. It writes this file; change streams with "
    "`sluice "
    "stream` or\n# `sluice reload`.\n";
constexpr std::string_view kGeneration = "generation ";
constexpr std::string_view kRemoved = "removed ";
constexpr std::string_view kFromFile = "file ";
constexpr std::string_view kByCommand = "command ";

tl::unexpected<Error> not_a_roll(const std::filesystem::path& file, const std::string& why) {
  return fail(file.string() + " cannot be used: " + why);
}

}  // namespace

RollEntry make_entry(Stream stream, bool by_command) {
  std::string line = std::string(by_command ? kByCommand : kFromFile) + to_line(stream);
  return {std::move(stream), by_command, std::move(line)};
}

std::vector<Stream> Roll::streams() const {
  std::vector<Stream> out;
  out.reserve(entries.size());
  for (const RollEntry& entry : entries) {
    out.push_back(entry.stream);
  }
  return out;
}

std::filesystem::path roll_path(const std::filesystem::path& folder) {
  return folder / "streams";
}

Status write_roll(const std::filesystem::path& file, const Roll& roll) {
  std::string text(kHead);
  text += std::string(kGeneration) + std::to_string(roll.generation) + "\n";
  for (const std::string& name : roll.removed) {
    text += std::string(kRemoved) + name + "\n";
  }
  for (const RollEntry& entry : roll.entries) {
    text += entry.line + "\n";
  }
  const std::filesystem::path fresh = file.string() + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) {
    return fail(system_error("cannot write " + fresh.string(), errno));
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) {
    return fail(system_error("cannot replace " + file.string(), errno));
  }
  return {};
}

Result<Roll> read_roll(const std::filesystem::path& file, const Roll& known) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return fail(Next::kNotFound, system_error("cannot read " + file.string(), errno).message);
  }
  std::unordered_map<std::string_view, const RollEntry*> by_line;
  for (const RollEntry& entry : known.entries) {
    by_line.emplace(entry.line, &entry);
  }
  Roll roll;
  for (std::string line; std::getline(in, line);) {
    const std::string_view text(line);
    if (const auto found = by_line.find(text); found != by_line.end()) {
      roll.entries.push_back(*found->second);
    } else if (text.starts_with(kGeneration)) {
      const char* begin = line.data() + kGeneration.size();
      std::from_chars(begin, line.data() + line.size(), roll.generation);
    } else if (text.starts_with(kRemoved)) {
      roll.removed.emplace_back(text.substr(kRemoved.size()));
    } else if (text.starts_with(kFromFile) || text.starts_with(kByCommand)) {
      const bool by_command = text.starts_with(kByCommand);
      const size_t head = (by_command ? kByCommand : kFromFile).size();
      auto streams = load_stream_alone(line.substr(head), file.string());
      if (!streams) {
        return not_a_roll(file, to_string(streams.error()));
      }
      roll.entries.push_back({std::move(streams->front()), by_command, std::move(line)});
    } else if (!text.starts_with("#")) {
      return not_a_roll(file, "it holds the line \"" + line.substr(0, 40) + "\"");
    }
  }
  if (roll.generation == 0) {
    return not_a_roll(file, "it has no generation");
  }
  return roll;
}

void take_roll(Appliance& appliance) {
  if (const auto roll = read_roll(roll_path(appliance.arena.path))) {
    appliance.streams = roll->streams();
  }
}

bool RollFollower::changed() {
  // Each version is a file of its own. Its time would not tell two of one clock tick apart.
  struct stat info {};
  if (::stat(file_.c_str(), &info) != 0 || info.st_ino == inode_) {
    return false;
  }
  inode_ = info.st_ino;
  auto roll = read_roll(file_, roll_);
  if (!roll) {
    spdlog::error("{}", roll.error().message);
    return false;
  }
  roll_ = std::move(*roll);
  return true;
}

Roll call_roll(const std::vector<Stream>& configured, const Roll& last) {
  Roll roll{.generation = last.generation + 1, .entries = {}, .removed = {}};
  std::unordered_set<std::string> done;
  std::unordered_map<std::string, const RollEntry*> by_command;
  for (const RollEntry& entry : last.entries) {
    if (entry.by_command) {
      by_command.emplace(entry.stream.name.str(), &entry);
    }
  }
  const std::unordered_set<std::string> removed(last.removed.begin(), last.removed.end());
  for (const Stream& stream : configured) {
    const std::string& name = stream.name.str();
    if (removed.contains(name)) {
      roll.removed.push_back(name);
      continue;
    }
    const auto found = by_command.find(name);
    roll.entries.push_back(found != by_command.end() ? *found->second : make_entry(stream, false));
    done.insert(name);
  }
  for (const RollEntry& entry : last.entries) {
    if (entry.by_command && !done.contains(entry.stream.name.str())) {
      roll.entries.push_back(entry);
    }
  }
  return roll;
}

}  // namespace sluice::config
