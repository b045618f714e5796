#include "tools/check_report.h"

#include <ostream>
#include <string>

#include "config/arena_size.h"
#include "config/base/units.h"
#include "tools/preflight.h"

namespace sluice::tools {
namespace {

std::string list(const std::vector<unsigned>& lcores) {
  std::string text;
  for (const unsigned lcore : lcores) {
    text += (text.empty() ? "" : ", ") + std::to_string(lcore);
  }
  return text.empty() ? "chosen at the start" : text;
}

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

void print_lcores(const config::Dataplane& dataplane, std::ostream& out) {
  const config::Lcores& lcores = dataplane.lcores;
  out << "lcores     main " << (lcores.main ? std::to_string(*lcores.main) : "chosen at the start")
      << "; rx " << list(lcores.rx) << "; segment " << list(lcores.segment) << "; idle "
      << (dataplane.idle == config::Idle::kSpin ? "spin" : "adaptive") << "\n";
}

void print_streams(const config::Appliance& appliance, std::ostream& out) {
  for (const config::Stream& stream : appliance.streams) {
    out << "stream     " << stream.name.str() << ": " << stream.source.url << ", "
        << stream.bitrate / 1000 << " kbit/s, segments of "
        << format_duration(stream.segment.target) << " to " << format_duration(stream.segment.max)
        << ", arena "
        << format_size(config::bytes_in(stream, stream.segment.max + appliance.arena.hold)) << "\n";
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

}  // namespace

void print_plan(const config::Appliance& appliance, std::ostream& out) {
  print_driver(appliance, out);
  print_lcores(appliance.dataplane, out);
  print_streams(appliance, out);
  print_arena(appliance, out);
  const config::Storage& storage = appliance.storage;
  out << "store      " << storage.endpoint << ", bucket " << storage.bucket
      << (storage.prefix.empty() ? "" : ", prefix " + storage.prefix) << "\n";
  if (appliance.spool.max != 0) {
    out << "spool      " << appliance.spool.path.string() << ", at most "
        << format_size(appliance.spool.max) << "\n";
  }
  out << "control    http://" << appliance.control.listen << "/, "
      << appliance.control.urls_log.string() << "\n";
}

}  // namespace sluice::tools
