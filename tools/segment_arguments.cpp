#include <charconv>
#include <memory>

#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/segment_command.h"

namespace sluice::tools {
namespace {

config::Program parse_program(const std::string& word) {
  config::Program program;
  if (word == "all") {
    program.kind = config::Program::Kind::kAll;
  } else if (word != "auto") {
    program.kind = config::Program::Kind::kNumber;
    const auto [end, error] =
        std::from_chars(word.data(), word.data() + word.size(), program.number);
    if (error != std::errc() || end != word.data() + word.size() || program.number == 0) {
      throw CLI::ValidationError("--program", "\"" + word +
                                                  "\" is neither auto, nor all, nor a programme's "
                                                  "number (1 to 65535)");
    }
  }
  return program;
}

}  // namespace

void add_segment(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("segment", "cut a .ts, .pcap or .pcapng file, offline");
  const auto options = std::make_shared<SegmentOptions>();
  command->add_option("input", options->input, "a transport stream, or a capture that holds one")
      ->required()
      ->type_name("INPUT");
  command->add_option("-o,--output", options->out, "folder to write to; made if missing")
      ->required()
      ->type_name("DIR");
  add_duration(*command, "--target", options->segment.target,
               "the length that segments are cut towards")
      ->default_str("6s");
  add_duration(*command, "--max", options->segment.max,
               "the length at which a segment is cut by force")
      ->default_str("10s");
  command
      ->add_option("--inject_pat_pmt", options->segment.inject_pat_pmt,
                   "PAT and PMT at the head of each segment")
      ->default_str("true");
  command
      ->add_option_function<std::string>(
          "--program",
          [options](const std::string& word) { options->program = parse_program(word); },
          "which programme of a multiplex")
      ->type_name("auto|N|all")
      ->default_str("auto");
  command->footer(
      "Cuts with the same segmenter as a live capture, at full speed. Writes\n"
      "DIR/segment_00000.ts …, DIR/index.m3u8 and DIR/segments.json.\n"
      "Of a capture, the UDP or RTP flow with the most TS packets is taken, and its time\n"
      "stamps are the arrival times. A .ts file has none: its PCR gives them, counted back\n"
      "from the file's last change.\n"
      "\n"
      "Examples:\n"
      "  sluice segment clip.ts -o clip.hls\n"
      "  sluice segment mux.pcap -o out --target 2s --max 5s --program 3\n"
      "\n" +
      std::string(kStatuses));
  command->callback([options, &action] {
    if (options->segment.target > options->segment.max) {
      throw CLI::ValidationError("--target",
                                 "is longer than --max, at which segments are cut by "
                                 "force");
    }
    action = [options] { return segment_command(*options); };
  });
}

}  // namespace sluice::tools
