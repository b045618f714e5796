#include "tools/commands.h"
#include "tools/record_command.h"

namespace sluice::tools {
namespace {

constexpr char kFooter[] =
    R"(Keys have no stream folder unless --name is given: YYYY/MM/DD/HH/segment_….ts. OUTPUT_DIR gets
a copy of segments and playlists. Port 3001, on all interfaces, serves /index.m3u8, the segments
and /OUTPUT_DIR/urls.log, read-only, with a page that plays.

Environment:
  SEGMENT_DURATION_SECONDS      segments are cut towards this length (10); forced at 1.5 times it
  SEGMENT_DURATION_MS           the same in milliseconds; goes before the other
  MAX_SEGMENT_SIZE_BYTES        the largest segment that is expected, to size the arena; segments
                                are cut by time alone
  CAPTURE_BUFFER_SIZE           bytes of memory for captured segments, if more than Sluice takes
  URL_SIGNING_SECONDS           how long signed URLs work (604800, which is the most)
  HOURLY_URLS_LOG               the list of hours and their URLs (OUTPUT_DIR/urls.log)
  S3_USERNAME, S3_PASSWORD      credentials of the store; else MINIO_ROOT_USER and
                                MINIO_ROOT_PASSWORD; else minioadmin
  SLUICE_LOG                    trace, debug, info (default), warn, error

Examples:
  SEGMENT_DURATION_SECONDS=10 sluice record -i 227.1.1.102 -p 4102 -o ts -n net1 \
      --manual_segment --hls_keep_segments 3
  sluice record -i 239.1.1.1 -p 5000 -n eth1 --name news -e https://s3.example.net -b hls

)";

void add_store(CLI::App& command, RecordOptions& options) {
  command.add_option("-e,--endpoint", options.endpoint, "S3-compatible store, or file:///folder")
      ->type_name("URL")
      ->capture_default_str();
  command.add_option("-r,--region", options.region, "the store's region")
      ->type_name("REGION")
      ->capture_default_str();
  command.add_option("-b,--bucket", options.bucket, "made if it is missing")
      ->type_name("BUCKET")
      ->capture_default_str();
  command.add_option("--name", options.name, "the stream's folder in the bucket; default: none")
      ->type_name("NAME");
}

void add_source(CLI::App& command, RecordOptions& options) {
  command.add_option("-i,--udp_ip", options.udp_ip, "multicast group, or address of this machine")
      ->type_name("IP")
      ->capture_default_str();
  command.add_option("-p,--udp_port", options.udp_port, "UDP port")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  command.add_option("-n,--interface", options.interface, "network interface")
      ->type_name("IFACE")
      ->capture_default_str();
  command.add_flag("--rtp", options.rtp, "the datagrams are RTP");
  command
      .add_option("--driver", options.driver,
                  "dpdk takes packets with net_af_packet, pcap with "
                  "libpcap")
      ->check(CLI::IsMember({"dpdk", "pcap"}))
      ->capture_default_str();
  command
      .add_option("-t,--timeout", options.timeout, "accepted, without effect: packets are polled")
      ->type_name("MS")
      ->capture_default_str();
}

void add_output(CLI::App& command, RecordOptions& options) {
  command.add_option("-o,--output_dir", options.output_dir, "folder for the local copy")
      ->type_name("OUTPUT_DIR")
      ->capture_default_str();
  command.add_flag("--remove_local", options.remove_local,
                   "delete local segments and playlists once they are stored");
  command.add_flag("--manual_segment", options.manual_segment,
                   "accepted, without effect: Sluice always cuts by itself");
  command.add_flag("--inject_pat_pmt{true}", options.inject_pat_pmt,
                   "PAT and PMT at the head of each segment: on unless --inject_pat_pmt=false");
  command
      .add_option("--hls_keep_segments", options.hls_keep_segments,
                  "segments in the live playlist, exactly, 0 = all; HLS wants 3 times the target "
                  "duration at least (RFC 8216, 6.2.2)")
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("--unsigned_urls", options.unsigned_urls,
                   "plain URLs in playlists, for a bucket that is public");
  command
      .add_option("--diskless_ring_size", options.diskless_ring_size,
                  "segments that memory holds while the store is away; at least 30 s are held")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_flag("--drop_corrupt_ts", options.drop_corrupt_ts,
                   "accepted, without effect: packets with errors are archived and counted");
  command.add_option("--listen", options.listen, "address and port of the web server")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
}

}  // namespace

void add_record_options(CLI::App& command, RecordOptions& options) {
  add_store(command, options);
  add_source(command, options);
  add_output(command, options);
  command.add_option("--duration", options.duration, "end after so many seconds, 0 = never")
      ->type_name("SECONDS")
      ->capture_default_str();
  auto* verbose = command.add_flag("-v,--verbose", options.verbose, "log more");
  command.add_flag("-q,--quiet", options.quiet, "log only errors")->excludes(verbose);
  command.footer(kFooter + std::string(kStatuses));
}

}  // namespace sluice::tools
