#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/base/secret.h"
#include "config/base/stream_id.h"

namespace sluice::config {

using Duration = std::chrono::nanoseconds;

/// Where packets come from: a DPDK port, libpcap on an interface, or a capture file.
enum class Driver { kDpdk, kPcap, kFile };

/// How a file is played: by its own time stamps, or as fast as it can be taken.
enum class Pace { kRecorded, kMax };

/// What an lcore does when there is nothing to do: poll on, or sleep a little longer each time.
enum class Idle { kSpin, kAdaptive };

/// `allmulticast`: ask the NIC for all multicast frames, for named groups only, or let Sluice
/// choose.
enum class AllMulticast { kAuto, kOn, kOff };

/// `dataplane.ports[]`: one DPDK port.
struct Port {
  std::string name;    ///< what streams call it in `port:`
  std::string device;  ///< DPDK's name of it: net_af_packet0, 0000:41:00.0
  unsigned rx_queues = 1;
  unsigned mtu = 0;     ///< 0 = as the device has it; the kernel's interfaces get theirs there
  std::string address;  ///< 10.1.2.3/24: the source of our own IGMP and MLD; empty = none
  AllMulticast allmulticast = AllMulticast::kAuto;

  bool operator==(const Port&) const = default;
};

/// `dataplane.lcores`: which CPU does what. Empty = Sluice chooses from the CPUs it may use.
struct Lcores {
  std::optional<unsigned> main;
  std::vector<unsigned> rx;
  std::vector<unsigned> segment;

  bool operator==(const Lcores&) const = default;
};

/// `dataplane`.
struct Dataplane {
  Driver driver = Driver::kDpdk;
  std::string interface;         ///< driver pcap: eth1
  std::filesystem::path path;    ///< driver file: x.pcap
  Pace pace = Pace::kRecorded;   ///< driver file
  std::vector<std::string> eal;  ///< EAL arguments, without the program's name
  std::vector<Port> ports;
  Lcores lcores;
  Idle idle = Idle::kAdaptive;

  bool operator==(const Dataplane&) const = default;
};

/// `arena`: either how much time it holds or how large it is.
struct Arena {
  std::filesystem::path path =
      "/dev/shm/sluice";  ///< a folder of shared memory: arena, stats page, locks, socket
  Duration hold = std::chrono::seconds(30);  ///< used when `size` is 0
  uint64_t size = 0;                         ///< bytes; 0 = from `hold` and the streams' bitrates

  bool operator==(const Arena&) const = default;
};

/// `segment`.
struct Segment {
  Duration target = std::chrono::seconds(6);
  Duration max = std::chrono::seconds(
      10);  ///< a segment is cut by force at this age; PLAYLIST TARGETDURATION is its rounding
  bool inject_pat_pmt = true;

  bool operator==(const Segment&) const = default;
};

/// `playlist`.
struct Playlist {
  unsigned live_window = 6;  ///< segments; 0 = all
  /// `record` only: no more than live_window segments, though HLS wants 3 x TARGETDURATION.
  bool exact_window = false;
  bool sign = true;  ///< presigned URLs, else plain ones
  Duration url_ttl = std::chrono::hours(7 * 24);

  bool operator==(const Playlist&) const = default;
};

enum class Scheme { kUdp, kRtp, kFile, kRtsp };

/// A multicast (or unicast) group and port, without brackets: "239.1.1.1", "ff3e::8000:1".
struct Source {
  Scheme scheme = Scheme::kUdp;
  std::string host;             ///< udp, rtp: the group's address; rtsp: host
  uint16_t port = 0;            ///< udp, rtp
  std::filesystem::path path;   ///< file
  Pace pace = Pace::kRecorded;  ///< file: `?pace=max|recorded`
  std::string url;              ///< as it was written, user and password taken out

  bool operator==(const Source&) const = default;
};

/// Which programme of a multiplex is recorded.
struct Program {
  enum class Kind { kAuto, kNumber, kAll } kind = Kind::kAuto;
  uint16_t number = 0;

  bool operator==(const Program&) const = default;
};

/// `streams[]`.
struct Stream {
  StreamId name;
  Source source;
  std::string ssm;   ///< source address for source-specific multicast; empty = any
  std::string port;  ///< name of a port; empty = any
  std::optional<uint16_t> vlan;
  std::string group;  ///< streams with the same group share a master playlist; empty = none
  uint64_t bitrate = 20'000'000;  ///< bits a second, for sizing the arena
  Program program;
  Segment segment;
  Playlist playlist;
  Duration retention = std::chrono::hours(30 * 24);
  std::filesystem::path credentials_file;            ///< rtsp
  Duration retry_backoff = std::chrono::seconds(3);  ///< rtsp

  bool operator==(const Stream&) const = default;
};

/// `defaults`: what streams have that say nothing else.
struct Defaults {
  Segment segment;
  Playlist playlist;
  Duration retention = std::chrono::hours(30 * 24);

  bool operator==(const Defaults&) const = default;
};

enum class Addressing { kPath, kVirtual };

/// `storage.credentials`.
struct Credentials {
  enum class From { kAuto, kEnvironment, kProfile, kFile, kInline } source = From::kAuto;
  std::string profile = "default";
  std::filesystem::path file;  ///< source file: AWS-style credentials file
  Secret access_key;  ///< kInline: never from YAML, only from flags and environment of `record`
  Secret secret_key;
  Secret session_token;

  bool operator==(const Credentials&) const = default;
};

/// `storage`.
struct Storage {
  std::string endpoint;         ///< https://host[:port] or file:///root
  std::string public_endpoint;  ///< host in URLs handed out; empty = endpoint (file store: the
                                ///< API's address)
  std::string region = "us-east-1";
  std::string bucket = "hls";
  std::string prefix;  ///< in front of every key, "" or ending in '/'
  Addressing addressing = Addressing::kPath;
  std::vector<std::string> cors = {"*"};  ///< allowed origins of the bucket
  std::filesystem::path ca_file;
  Credentials credentials;

  bool is_file() const { return endpoint.starts_with("file://"); }
  /// The root folder of a file store.
  std::filesystem::path file_root() const { return endpoint.substr(7); }
};

/// `spool`.
struct Spool {
  std::filesystem::path path = "/var/lib/sluice/spool";
  uint64_t max = 0;     ///< bytes; 0 = no spool
  bool always = false;  ///< `when: always`

  bool operator==(const Spool&) const = default;
};

/// `control`.
struct Control {
  std::string listen =
      "127.0.0.1:3001";  ///< address:port of API, playlists and page; port 0 = any free one
  std::filesystem::path token_file;
  std::filesystem::path urls_log = "/var/lib/sluice/urls.log";
  std::filesystem::path state;  ///< folder of the catalog; default: the folder of urls_log
  std::filesystem::path
      local_copy;  ///< `record` only: a folder that also gets playlists and segments; empty = none
  bool keep_local_segments =
      true;                   ///< `record` only: false = segments leave local_copy once stored
  bool stream_folder = true;  ///< `record` only: false = keys without a stream folder

  bool operator==(const Control&) const = default;
};

/// The whole of one YAML file, checked: every field holds a legal value.
struct Appliance {
  Dataplane dataplane;
  Arena arena;
  Defaults defaults;
  std::vector<Stream> streams;
  Storage storage;
  Spool spool;
  Control control;
};

}  // namespace sluice::config
