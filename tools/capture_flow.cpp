#include "tools/capture_flow.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <tuple>

#include "dataplane/media/rtp.h"
#include "dataplane/media/ts_packet.h"
#include "dataplane/net/frame.h"
#include "dataplane/net/reassembler.h"
#include "dataplane/source/capture_file.h"

namespace sluice::tools {
namespace {

/// TS packets in a payload that consists of nothing else.
uint64_t count_ts(Bytes payload) {
  if (payload.empty() || payload.size() % media::kTsPacketSize != 0) return 0;
  for (size_t at = 0; at < payload.size(); at += media::kTsPacketSize) {
    if (payload[at] != media::kTsSync) return 0;
  }
  return payload.size() / media::kTsPacketSize;
}

/// Calls `each(frame, payload, arrival_ns)` for every UDP datagram, in one frame or in fragments,
/// and `cut_short()` for every frame that the capture holds only the beginning of.
template <typename Each, typename CutShort>
Status for_each_datagram(const std::filesystem::path& capture, Each&& each, CutShort&& cut_short) {
  constexpr uint64_t kTimeoutNs = 1'000'000'000;  // as when capturing
  auto file = source::CaptureFile::open(capture);
  if (!file) return fail(file.error());
  net::Reassembler reassembler(kTimeoutNs);
  const auto payload_of = [](const net::Frame& frame, Bytes bytes) {
    return bytes.subspan(frame.payload_offset, frame.payload_length);
  };
  for (;;) {
    const auto captured = file->next();
    if (!captured) return fail(captured.error());
    if (!*captured) return {};
    const Bytes bytes = (*captured)->bytes;
    if (bytes.size() < (*captured)->length) cut_short();
    const net::Frame frame = net::parse_frame(bytes);
    const int64_t arrival_ns = (*captured)->arrival_ns;
    if (frame.kind == net::FrameKind::kDatagram) {
      each(frame, payload_of(frame, bytes), arrival_ns);
    } else if (frame.kind == net::FrameKind::kFragment) {
      const auto whole =
          reassembler.take(frame, payload_of(frame, bytes), static_cast<uint64_t>(arrival_ns));
      if (whole && whole->frame.kind == net::FrameKind::kDatagram) {
        each(whole->frame, payload_of(whole->frame, whole->bytes), arrival_ns);
      }
    }
  }
}

}  // namespace

std::string CaptureFlow::url() const {
  const bool v6 = !address.is_v4();
  return std::string(rtp ? "rtp://" : "udp://") + (v6 ? "[" : "") + address.str() +
         (v6 ? "]" : "") + ":" + std::to_string(port);
}

bool is_capture(const std::filesystem::path& path) {
  std::array<char, 4> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(magic[i]); };
  const uint32_t word =
      uint32_t{byte(0)} << 24 | uint32_t{byte(1)} << 16 | uint32_t{byte(2)} << 8 | byte(3);
  constexpr std::array<uint32_t, 5> kMagics{0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1,
                                            0x0a0d0d0a};
  return std::find(kMagics.begin(), kMagics.end(), word) != kMagics.end();
}

Result<std::vector<CaptureFlow>> find_ts_flows(const std::filesystem::path& capture) {
  using Key = std::tuple<net::IpAddress, uint16_t, uint16_t>;
  struct Count {
    uint64_t plain = 0;
    uint64_t rtp = 0;
  };
  std::map<Key, Count> flows;
  uint64_t cut_short = 0;
  const Status read = for_each_datagram(
      capture,
      [&](const net::Frame& frame, Bytes payload, int64_t) {
        Count& count = flows[Key(frame.destination, frame.port, frame.vlan)];
        if (const uint64_t plain = count_ts(payload)) {
          count.plain += plain;
        } else if (const auto packet = media::RtpPacket::read(payload)) {
          count.rtp += count_ts(packet->payload);
        }
      },
      [&] { ++cut_short; });
  std::vector<CaptureFlow> found;
  for (const auto& [key, count] : flows) {
    const uint64_t most = std::max(count.plain, count.rtp);
    if (most == 0) continue;
    found.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count.rtp > count.plain,
                     most, cut_short});
  }
  std::stable_sort(found.begin(), found.end(), [](const CaptureFlow& a, const CaptureFlow& b) {
    return a.ts_packets > b.ts_packets;
  });
  if (!found.empty()) return found;
  if (!read) return fail(read.error());
  std::string why = capture.string() + " holds no UDP or RTP datagrams with TS packets in them";
  if (cut_short > 0) {
    why += "; " + std::to_string(cut_short) +
           " frames are not whole in it: capture them whole (tcpdump -s 0)";
  }
  return fail(std::move(why));
}

Result<CaptureFlow> find_ts_flow(const std::filesystem::path& capture) {
  const auto flows = find_ts_flows(capture);
  if (!flows) return fail(flows.error());
  return flows->front();
}

Status read_flow(const std::filesystem::path& capture, const CaptureFlow& flow,
                 const std::function<void(Bytes, int64_t)>& each) {
  const auto take = [&](const net::Frame& frame, Bytes payload, int64_t arrival_ns) {
    if (frame.destination == flow.address && frame.port == flow.port && frame.vlan == flow.vlan) {
      each(payload, arrival_ns);
    }
  };
  return for_each_datagram(capture, take, [] {});
}

}  // namespace sluice::tools
