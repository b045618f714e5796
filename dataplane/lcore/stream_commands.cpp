#include "dataplane/lcore/stream_commands.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "config/base/log.h"
#include "config/load_streams.h"
#include "config/restart_needed.h"
#include "config/write.h"

namespace sluice::lcore {
namespace {

using namespace std::chrono_literals;

arena::CommandAnswer refused(std::string why) {
  return {.error = std::move(why)};
}

arena::CommandAnswer wrong(const std::vector<config::Problem>& problems, std::string what) {
  arena::CommandAnswer answer{.error = std::move(what) + " wrong; nothing was changed"};
  for (const config::Problem& problem : problems) {
    answer.problems.push_back(to_string(problem));
  }
  return answer;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

/// What turns one set of streams into another, by name.
arena::CommandAnswer difference(const config::Roll& before, const config::Roll& after) {
  // A line begins with who asked for the stream, which is no difference in the stream.
  const auto text = [](const config::RollEntry& entry) {
    return std::string_view(entry.line).substr(entry.line.find(' '));
  };
  std::map<std::string, std::string_view> old;
  for (const config::RollEntry& entry : before.entries) {
    old.emplace(entry.stream.name.str(), text(entry));
  }
  arena::CommandAnswer answer{.generation = after.generation};
  for (const config::RollEntry& entry : after.entries) {
    const std::string& name = entry.stream.name.str();
    const auto known = old.find(name);
    if (known == old.end()) {
      answer.added.push_back(name);
      continue;
    }
    if (known->second != text(entry)) {
      answer.changed.push_back(name);
    }
    old.erase(known);
  }
  for (const auto& [name, line] : old) {
    answer.removed.push_back(name);
  }
  return answer;
}

/// The last word counts: what was changed by command stays so until the file says something else
/// of that stream than it did before.
config::Roll with_last_word_of_file(config::Roll roll, const config::Appliance& fresh,
                                    const config::Appliance& before) {
  std::map<std::string, std::string> said;
  for (const config::Stream& stream : before.streams) {
    said.emplace(stream.name.str(), config::to_line(stream));
  }
  std::set<std::string> news;
  for (const config::Stream& stream : fresh.streams) {
    const auto known = said.find(stream.name.str());
    if (known == said.end() || known->second != config::to_line(stream)) {
      news.insert(stream.name.str());
    }
  }
  std::erase_if(roll.removed, [&news](const std::string& name) { return news.contains(name); });
  for (config::RollEntry& entry : roll.entries) {
    entry.by_command = entry.by_command && !news.contains(entry.stream.name.str());
  }
  return roll;
}

}  // namespace

StreamCommands::StreamCommands(const Parts& parts, config::Roll roll)
    : parts_(parts), appliance_(parts.appliance), roll_(std::move(roll)) {}

std::string StreamCommands::answer(std::string_view line) {
  const auto request = arena::parse_request(line);
  return to_line(request ? carry_out(*request) : refused(request.error().message));
}

void StreamCommands::reload() {
  const Answer answer = reload(Request{.command = arena::Command::kReload});
  if (answer.error.empty()) {
    return;
  }
  spdlog::error("reload: {}", answer.error);
  for (const std::string& problem : answer.problems) {
    spdlog::error("reload: {}", problem);
  }
}

StreamCommands::Answer StreamCommands::carry_out(const Request& request) {
  const bool by_name = request.command == arena::Command::kAdd ||
                       request.command == arena::Command::kChange ||
                       request.command == arena::Command::kRemove;
  if (drained_ && by_name) {
    return refused("the dataplane is drained; a reload lets it capture again");
  }
  switch (request.command) {
    case arena::Command::kList:
      return list();
    case arena::Command::kAdd:
    case arena::Command::kChange:
      return add_or_change(request);
    case arena::Command::kRemove:
      return remove(request);
    case arena::Command::kReload:
      return reload(request);
    case arena::Command::kDrain:
      return drain();
  }
  return refused("this command is not known");
}

StreamCommands::Answer StreamCommands::list() {
  std::map<std::string_view, arena::StreamState> states;
  for (const arena::StreamStats& slot : parts_.page.streams) {
    if (slot.name[0] != '\0') {
      states[slot.name] = static_cast<arena::StreamState>(slot.state.get());
    }
  }
  Answer answer{.generation = roll_.generation};
  parts_.errands.run([&] {
    for (const config::RollEntry& entry : roll_.entries) {
      const std::string& name = entry.stream.name.str();
      const bool captured = parts_.roster.captured(name);
      answer.streams.push_back(
          {.name = name,
           .source = entry.stream.source.url,
           .state = captured ? std::string(to_string(states[name])) : "starting",
           .by_command = entry.by_command});
    }
  });
  return answer;
}

StreamCommands::Answer StreamCommands::add_or_change(const Request& request) {
  const bool change = request.command == arena::Command::kChange;
  // Whose names the request gives is only known once it is read: held against no others, at first.
  std::set<std::string> named;
  std::vector<config::Problem> unknown;
  std::set<std::string> there;
  for (const config::RollEntry& entry : roll_.entries) {
    there.insert(entry.stream.name.str());
  }
  if (change) {
    const auto read = config::load_streams(request.streams, "stream", appliance_, {});
    if (!read) {
      return wrong(read.error(), "the change is");
    }
    for (const config::Stream& stream : *read) {
      if (!there.contains(stream.name.str())) {
        return refused("there is no stream \"" + stream.name.str() + "\" to change");
      }
      named.insert(stream.name.str());
    }
  }
  std::vector<const config::Stream*> others;
  for (const config::RollEntry& entry : roll_.entries) {
    if (!named.contains(entry.stream.name.str())) {
      others.push_back(&entry.stream);
    }
  }
  const auto streams = config::load_streams(request.streams, "stream", appliance_, others);
  if (!streams) {
    return wrong(streams.error(), change ? "the change is" : "what is to be added is");
  }
  config::Roll roll = roll_;
  for (const config::Stream& stream : *streams) {
    config::RollEntry entry = config::make_entry(stream, true);
    const auto old = std::ranges::find_if(roll.entries, [&stream](const config::RollEntry& one) {
      return one.stream.name == stream.name;
    });
    if (old != roll.entries.end()) {
      *old = std::move(entry);
    } else {
      roll.entries.push_back(std::move(entry));
    }
    std::erase(roll.removed, stream.name.str());
  }
  return take_up(std::move(roll));
}

StreamCommands::Answer StreamCommands::remove(const Request& request) {
  config::Roll roll = roll_;
  for (const std::string& name : request.names) {
    const auto entry = std::ranges::find_if(roll.entries, [&name](const config::RollEntry& one) {
      return one.stream.name.str() == name;
    });
    if (entry == roll.entries.end()) {
      return refused("there is no stream \"" + name + "\"; nothing was changed");
    }
    roll.entries.erase(entry);
    const bool in_file = std::ranges::any_of(
        appliance_.streams, [&name](const config::Stream& one) { return one.name.str() == name; });
    if (in_file) {
      roll.removed.push_back(name);
    }
  }
  return take_up(std::move(roll));
}

StreamCommands::Answer StreamCommands::reload(const Request& request) {
  std::error_code ignored;
  if (!request.file.empty() && !std::filesystem::equivalent(request.file, parts_.file, ignored)) {
    return refused("the dataplane was started with " + parts_.file.string() +
                   ", and reads that file only");
  }
  auto loaded = config::load(parts_.file);
  if (!loaded) {
    return wrong(loaded.error(), "the configuration is");
  }
  const std::vector<std::string> restart = config::restart_needed(parts_.appliance, *loaded);
  if (!restart.empty()) {
    Answer answer =
        refused("a restart is needed to change " + joined(restart) + "; nothing was changed");
    answer.restart = restart;
    return answer;
  }
  Answer answer = take_up(
      config::call_roll(loaded->streams, with_last_word_of_file(roll_, *loaded, appliance_)));
  if (answer.error.empty()) {
    appliance_ = std::move(*loaded);
  }
  return answer;
}

/// Makes a set of streams the one in force: all of it or nothing.
StreamCommands::Answer StreamCommands::take_up(config::Roll roll) {
  roll.generation = roll_.generation + 1;
  Answer answer = difference(roll_, roll);
  const auto streams = roll.streams();
  if (streams.size() > arena::kMaxStreams) {
    return refused("an appliance takes at most " + std::to_string(arena::kMaxStreams) +
                   " streams, and with those by command these are " +
                   std::to_string(streams.size()));
  }
  Status prepared = fail("the dataplane is ending");
  parts_.errands.run([&] {
    prepared = parts_.roster.wanted().prepare(streams);
    if (prepared) {
      prepared = parts_.roster.wanted().join();
    }
  });
  if (!prepared) {
    return refused(prepared.error().message + "; nothing was changed");
  }
  if (Status written = write_roll(config::roll_path(parts_.appliance.arena.path), roll); !written) {
    parts_.errands.run([&] { parts_.roster.wanted().cancel(); });
    return refused(written.error().message + "; nothing was changed");
  }
  parts_.errands.run([&] { parts_.roster.commit(); });
  roll_ = std::move(roll);
  drained_ = false;
  wait_until_settled(answer);
  spdlog::info("streams in force: {}{}{}{}", roll_.entries.size(),
               answer.added.empty() ? "" : "; added " + joined(answer.added),
               answer.changed.empty() ? "" : "; changed " + joined(answer.changed),
               answer.removed.empty() ? "" : "; removed " + joined(answer.removed));
  return answer;
}

/// @return whether everything is as it is wanted; what is still to begin is in the answer
bool StreamCommands::wait_until_settled(Answer& answer) {
  constexpr auto kPatience = 3s;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool settled = false;
  while (parts_.errands.run([&] { settled = parts_.roster.settled(); }) && !settled &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  parts_.errands.run([&] {
    for (const auto* names : {&answer.added, &answer.changed}) {
      std::ranges::copy_if(*names, std::back_inserter(answer.starting),
                           [&](const std::string& name) { return !parts_.roster.captured(name); });
    }
  });
  return settled;
}

/// The roll stays as it is: whoever starts next captures again.
StreamCommands::Answer StreamCommands::drain() {
  Status prepared = fail("the dataplane is ending");
  parts_.errands.run([&] {
    prepared = parts_.roster.wanted().prepare({});
    if (prepared) {
      parts_.roster.commit();
    }
  });
  if (!prepared) {
    return refused(prepared.error().message);
  }
  drained_ = true;
  Answer answer{.generation = roll_.generation};
  if (!wait_until_settled(answer)) {
    return refused("capture has been stopped, but not everything is sealed yet");
  }
  spdlog::info("drained: nothing is captured until a reload or a restart");
  return answer;
}

}  // namespace sluice::lcore
