#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/net/ip_address.h"

namespace sluice::gen {

/// What differs from channel to channel.
enum class Step { kAddress, kPort };

/// How fast datagrams leave: as the stream's clock says, or as fast as they can.
enum class Pace { kClock, kMax };

/// How often, of a million datagrams, something is done to one.
struct FaultRates {
  uint32_t drop = 0;
  uint32_t duplicate = 0;
  uint32_t reorder = 0;
  uint32_t corrupt = 0;
};

/// What `sluice-gen` was asked to do.
struct Options {
  unsigned streams = 1;
  bool rtp = false;
  net::IpAddress to;  ///< the first channel's group
  uint16_t port = 5000;
  Step step = Step::kAddress;

  std::vector<std::filesystem::path> files;  ///< dealt out in turn; empty = made channels
  uint64_t bitrate = 0;                      ///< of each; 0 = the file's PCR, 4 Mbit/s when made
  unsigned packets = 7;                      ///< TS packets a datagram
  Pace pace = Pace::kClock;
  std::chrono::nanoseconds spread{0};  ///< the channels' clocks are spread evenly over this

  std::string interface;  ///< of the kernel; empty with a DPDK device
  net::IpAddress from;    ///< none = the interface's own
  unsigned ttl = 4;
  std::vector<uint16_t> vlans;   ///< outermost first; given = frames are built here
  std::string device;            ///< DPDK's name of a port
  std::vector<std::string> eal;  ///< EAL's arguments, --vdev among them

  std::optional<std::chrono::nanoseconds> run_for;
  uint64_t loops = 0;  ///< 0 = for ever

  FaultRates faults;
  uint64_t seed = 1;
  std::filesystem::path log;   ///< what was done to which datagram, a line of JSON each
  std::filesystem::path sent;  ///< a folder for each channel's bytes, as they were before faults
  bool json = false;
};

/// Reads the command line. Prints help or what is wrong by itself.
/// @return the options, or the exit status
struct Parsed {
  std::optional<Options> options;
  int status = 0;
};
Parsed parse(int argc, char** argv);

}  // namespace sluice::gen
