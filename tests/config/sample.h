#pragma once

#include <string_view>

namespace sluice::config {

/// The YAML of the design, as documentation shows it, without the sources that this build refuses.
inline constexpr std::string_view kSample =
    R"(dataplane:
  driver: dpdk                       # dpdk | pcap (with `interface: eth1`) | file (with `path: x.pcap`, `pace: recorded|max`)
  eal: ["--in-memory", "--vdev=net_af_packet0,iface=eth1"]   # or "-a 0000:41:00.0" for a NIC bound to vfio-pci
  ports: [{name: a, device: net_af_packet0, rx_queues: 1, address: 10.1.2.3/24, allmulticast: auto}]
  lcores: {main: 0, rx: [1], segment: [2, 3]}
  idle: adaptive
arena: {path: /dev/shm/sluice, hold: 30s}          # or size: 2GiB
defaults:
  segment: {target: 6s, max: 10s, inject_pat_pmt: true}
  playlist: {live_window: 6, sign: true, url_ttl: 7d}
  retention: 30d
streams:
  - {name: news, source: "udp://239.1.1.1:5000"}
  - {name: sport, source: "rtp://239.1.1.2:5004", ssm: 10.0.0.1, port: a, vlan: 5, group: sport-ladder, bitrate: 8Mbps}
  - {name: mux7, source: "udp://[ff3e::8000:1]:5000", program: 3}
  - {name: clip, source: "file:///srv/clip.ts?pace=recorded"}
storage:
  endpoint: https://s3.example.net   # or file:///var/lib/sluice/archive: the embedded default
  public_endpoint: https://media.example   # host in presigned URLs; default: endpoint
  region: us-east-1
  bucket: hls                        # created if missing, with CORS for players (`cors: ["*"]`)
  addressing: path                   # path | virtual
  credentials: {source: auto}        # auto: environment, profile file, container, instance metadata
spool: {path: /var/lib/sluice/spool, max: 500GiB, when: behind}   # behind | always
control: {listen: 127.0.0.1:3001, token_file: /etc/sluice/token, urls_log: /var/lib/sluice/urls.log}
)";

}  // namespace sluice::config
