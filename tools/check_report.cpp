#include "tools/check_report.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "config/arena_size.h"
#include "config/base/units.h"
#include "config/not_acted_upon.h"
#include "dataplane/source/huge_pages.h"
#include "tools/preflight.h"

namespace sluice::tools {
namespace {

bool only_files(const config::Appliance& appliance) {
  for (const config::Stream& stream : appliance.streams) {
    if (stream.source.scheme != config::Scheme::kFile) {
      return false;
    }
  }
  return true;
}

void print_driver(const config::Appliance& appliance, std::ostream& out) {
  const config::Dataplane& dataplane = appliance.dataplane;
  out << "driver     ";
  if (only_files(appliance)) {
    out << "none: all sources are files\n";
    return;
  }
  switch (dataplane.driver) {
    case config::Driver::kPcap:
      out << "libpcap on " << dataplane.interface << "\n";
      return;
    case config::Driver::kFile:
      out << "the capture " << dataplane.path.string()
          << (dataplane.pace == config::Pace::kMax ? ", at full speed" : ", as it was recorded")
          << "\n";
      return;
    case config::Driver::kDpdk:
      break;
  }
  out << "DPDK";
  if (!dataplane.interface.empty()) {
    out << " (net_af_packet) on " << dataplane.interface;
  }
  out << "\n";
  for (const config::Port& port : dataplane.ports) {
    out << "port       " << port.name << ": " << port.device << ", " << port.rx_queues
        << " receive queue" << (port.rx_queues == 1 ? "" : "s")
        << (port.address.empty() ? "" : ", " + port.address) << "\n";
  }
  for (const std::string& argument : dataplane.eal) {
    out << "eal        " << argument << "\n";
  }
}

/// The CPUs of the workers that have a role.
std::string cpus(const lcore::LcorePlan& plan, bool lcore::WorkerPlan::*role) {
  std::string text;
  for (const lcore::WorkerPlan& worker : plan.workers) {
    if (worker.*role) {
      text += (text.empty() ? "" : ", ") + std::to_string(worker.cpu);
    }
  }
  return text;
}

void print_lcores(const config::Appliance& appliance, const lcore::LcorePlan& plan,
                  std::ostream& out) {
  out << "lcores     main on CPU " << plan.main_cpu << ", rx on "
      << cpus(plan, &lcore::WorkerPlan::receives) << ", segment on "
      << cpus(plan, &lcore::WorkerPlan::segments)
      << (appliance.dataplane.idle == config::Idle::kSpin ? "; they spin when idle"
                                                          : "; they sleep when idle")
      << "\n";
}

void print_streams(const config::Appliance& appliance, std::ostream& out) {
  for (const config::Stream& stream : appliance.streams) {
    out << "stream     " << stream.name.str() << ": " << stream.source.url << ", "
        << stream.bitrate / 1000 << " kbit/s, segments of "
        << format_duration(stream.segment.target) << ", at most "
        << format_duration(stream.segment.max);
    if (appliance.arena.size == 0) {
      const config::Duration held = stream.segment.max + appliance.arena.hold;
      out << ", arena " << format_size(config::bytes_in(stream, held));
    }
    out << "\n";
  }
}

void print_arena(const config::Appliance& appliance, std::ostream& out) {
  out << "arena      " << format_size(config::arena_bytes(appliance)) << " in "
      << appliance.arena.path.string();
  if (appliance.arena.size == 0) {
    out << " (holds " << format_duration(appliance.arena.hold) << " of every stream)";
  }
  out << ", " << format_size(free_bytes(appliance.arena.path)) << " free there\n";
}

void print_memory(const config::Appliance& appliance, std::ostream& out) {
  const auto& eal = appliance.dataplane.eal;
  const source::HugePages pages = source::huge_pages();
  const bool refused = std::find(eal.begin(), eal.end(), "--no-huge") != eal.end();
  out << "memory     packet buffers in ";
  if (refused || pages.free_bytes == 0) {
    out << "ordinary memory: " << (refused ? "--no-huge" : "no huge page is free") << "\n";
  } else {
    out << "huge pages, of which " << format_size(pages.free_bytes)
        << " are free, if they fit there\n";
  }
}

}  // namespace

void print_plan(const config::Appliance& appliance, const lcore::LcorePlan& lcores,
                std::ostream& out) {
  print_driver(appliance, out);
  print_memory(appliance, out);
  print_lcores(appliance, lcores, out);
  print_streams(appliance, out);
  print_arena(appliance, out);
  const config::Storage& storage = appliance.storage;
  out << "store      " << storage.endpoint << ", bucket " << storage.bucket
      << (storage.prefix.empty() ? "" : ", prefix " + storage.prefix) << "\n";
  out << "control    http://" << appliance.control.listen << "/, "
      << appliance.control.urls_log.string() << "\n";
  for (const std::string& note : config::not_acted_upon(appliance)) {
    out << "note       " << note << "\n";
  }
}

}  // namespace sluice::tools
