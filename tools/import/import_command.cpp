#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/import/list_reader.h"
#include "tools/import/site_yaml.h"
#include "tools/import/to_streams.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::string list;
  std::filesystem::path output;
  std::string format = "auto";
  import::Site site;
  bool folders = false;
  bool streams_only = false;
  bool force = false;
  bool quiet = false;
};

Result<std::string> read_list(const std::string& list) {
  std::string bytes;
  if (list == "-") {
    bytes.assign(std::istreambuf_iterator<char>(std::cin), {});
    return bytes;
  }
  errno = 0;
  std::ifstream file(list, std::ios::binary);
  bytes.resize(import::kLongestList + 1);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.eof() || file.bad()) {
    if (file.gcount() == static_cast<std::streamsize>(bytes.size())) {
      return bytes;  // too long, as whoever reads it says
    }
    return fail(system_error("cannot read " + list, errno));
  }
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

Result<import::ChannelList> read_channels(const Arguments& arguments) {
  const auto bytes = read_list(arguments.list);
  if (!bytes) {
    return fail(bytes.error());
  }
  const auto text = import::plain_text(*bytes);
  if (!text) {
    return fail(arguments.list + ": " + text.error().message);
  }
  const bool m3u =
      arguments.format == "m3u" ||
      (arguments.format == "auto" && import::detect_format(*text) == import::Format::kM3u);
  if (m3u) {
    return import::read_m3u(*text);
  }
  auto list = import::read_csv(*text);
  if (!list) {
    return fail(arguments.list + ": " + list.error().message);
  }
  return list;
}

/// Lists come from anywhere: nothing in them speaks to the terminal.
std::string shown(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
  return text;
}

void say_remarks(const Arguments& arguments, const import::Imported& imported) {
  for (const import::Remark& remark : imported.remarks) {
    if (remark.refused || !arguments.quiet) {
      std::cerr << arguments.list << ":" << remark.line << ": "
                << (remark.refused ? "not taken: " : "") << shown(remark.message) << "\n";
    }
  }
  std::cerr << arguments.list << ": " << imported.streams.size() << " streams, " << imported.renamed
            << " of them renamed; " << imported.refused << " lines were not taken\n";
}

/// Appears whole or not at all, and over nothing that was there unless told so.
Status write_file(const Arguments& arguments, const std::string& yaml) {
  const std::string temporary =
      arguments.output.string() + "." + std::to_string(::getpid()) + ".new";
  std::ofstream file(temporary, std::ios::binary);
  file << yaml;
  file.close();
  if (!file) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return fail(system_error("cannot write " + temporary, reason));
  }
  const int done = arguments.force ? ::rename(temporary.c_str(), arguments.output.c_str())
                                   : ::link(temporary.c_str(), arguments.output.c_str());
  const int reason = errno;
  ::unlink(temporary.c_str());
  if (done == 0) {
    return {};
  }
  return fail(reason == EEXIST
                  ? arguments.output.string() + " is there already; --force writes over it"
                  : system_error("cannot write " + arguments.output.string(), reason).message);
}

int run_import(const Arguments& arguments) {
  std::error_code ignored;
  if (!arguments.output.empty() && !arguments.force &&
      std::filesystem::exists(arguments.output, ignored)) {
    say_error(arguments.output.string() + " is there already; --force writes over it");
    return kFailed;
  }
  auto list = read_channels(arguments);
  if (!list) {
    say_error(list.error().message);
    return kFailed;
  }
  const import::Imported imported = import::to_streams(std::move(*list), arguments.folders);
  say_remarks(arguments, imported);
  if (imported.streams.empty()) {
    say_error("no channel in it could be taken: nothing is written");
    return kFailed;
  }
  import::Site site = arguments.site;
  site.list = arguments.list == "-" ? "standard input"
                                    : std::filesystem::path(arguments.list).filename().string();
  const std::string yaml = arguments.streams_only ? import::streams_yaml(imported.streams)
                                                  : import::site_yaml(imported.streams, site);
  if (arguments.output.empty()) {
    std::cout << yaml << std::flush;
  } else if (const Status written = write_file(arguments, yaml); !written) {
    say_error(written.error().message);
    return kFailed;
  }
  return imported.refused == 0 ? kFine : kFailed;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("import", "make a configuration of a channel list (CSV or M3U)");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("LIST", arguments->list, "the list; - for standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", arguments->output, "where to write the YAML, not to stdout")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force, "write over a FILE that is there");
  command
      ->add_option("--format", arguments->format, "auto (by what the list begins with), csv or m3u")
      ->check(CLI::IsMember({"auto", "csv", "m3u"}))
      ->type_name("FORMAT");
  command->add_option("--interface", arguments->site.interface, "for `dataplane.interface`")
      ->type_name("NAME");
  command
      ->add_option("--endpoint", arguments->site.endpoint,
                   "for `storage.endpoint`, " + arguments->site.endpoint + " unless said")
      ->type_name("URL");
  command->add_flag("--folders", arguments->folders,
                    "put streams into folders: CATEGORY/NAME, by group-title or such a column");
  command->add_flag("--streams-only", arguments->streams_only, "write `streams:` and nothing else");
  command->add_flag("--quiet", arguments->quiet, "say only which lines were not taken");
  command->footer(
      "CSV: a row of titles, then a row a channel; separated by commas, semicolons or tabs.\n"
      "Titles: name, address, port, url, protocol, ssm (or source), vlan, bitrate, program (or\n"
      "service id), group, category, and many of their other names. M3U: #EXTINF with tvg-name\n"
      "and group-title, then udp://@239.1.1.1:5000, rtp://…, or udp://sender@group:port.\n"
      "Names become legal and unique. What was renamed, is not used or could not be taken is said\n"
      "on stderr, with its line; the rest is still written.\n"
      "\n"
      "Examples:\n"
      "  sluice import channels.m3u -o sluice.yaml --interface eth1\n"
      "  sluice import channels.csv --streams-only >>sluice.yaml\n"
      "\n"
      "Exit status: 0 fine, 1 some lines could not be taken, or none, 2 wrong usage.\n");
  command->callback(
      [arguments, &action] { action = [arguments] { return run_import(*arguments); }; });
}

}  // namespace sluice::tools
