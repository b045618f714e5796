#include <memory>

#include "tools/analyze/analyze_command.h"
#include "tools/arguments.h"
#include "tools/commands.h"

namespace sluice::tools {

void add_analyze(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("analyze", "what is in a stream, and what is wrong with it");
  const auto options = std::make_shared<AnalyzeOptions>();
  command
      ->add_option("input", options->input,
                   "a .ts, .pcap or .pcapng file, udp://GROUP:PORT, rtp://GROUP:PORT, or with -c "
                   "the name of a stream")
      ->required()
      ->type_name("INPUT");
  command->add_flag("--json", options->json, "for programs");
  add_duration(*command, "--for", options->run_for,
               "how much of the stream is looked at (default: files whole, the network for 10s)");
  command->add_option("-n,--interface", options->interface, "where the group comes in")
      ->type_name("IFACE");
  command->add_option("--flow", options->flow, "which flow of a capture (default: the largest)")
      ->type_name("URL");
  CLI::Option* const config =
      command
          ->add_option("-c,--config", options->config,
                       "ask the appliance that runs with this configuration")
          ->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "--fail-on",
          [options](const std::string& word) {
            if (word != "p1" && word != "p2") {
              throw CLI::ValidationError("--fail-on", "\"" + word + "\" is neither p1 nor p2");
            }
            options->fail_on = word == "p1" ? 1 : 2;
          },
          "exit status 1 if an indicator of this priority, or above it, was raised")
      ->type_name("p1|p2");
  command->get_option("--interface")->excludes(config);
  command->get_option("--flow")->excludes(config);
  command->footer(
      "Shows services, PIDs, bitrates (over whole seconds), PCR and PTS, and the indicators of\n"
      "ETSI TR 101 290, priorities 1 and 2. An interval that is too long counts once, and again\n"
      "with each further second. What comes from the network is judged by its time of arrival, a\n"
      "file by its PCR; PCR accuracy only where the bitrate is constant. Ctrl-C ends it with the\n"
      "report so far. Indicators are no failure, unless --fail-on says so.\n"
      "\n"
      "Examples:\n"
      "  sluice analyze clip.ts\n"
      "  sluice analyze mux.pcap --flow udp://239.1.1.1:5000 --json | jq .indicators\n"
      "  sluice analyze udp://239.1.1.1:5000 -n eth1 --for 30s\n"
      "  sluice analyze news -c /etc/sluice/sluice.yaml\n"
      "\n" +
      std::string(kStatuses));
  command->callback(
      [options, &action] { action = [options] { return analyze_command(*options); }; });
}

}  // namespace sluice::tools
