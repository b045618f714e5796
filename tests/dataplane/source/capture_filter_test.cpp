#include <gtest/gtest.h>
#include <pcap/pcap.h>

#include "dataplane/source/pcap_live.h"
#include "tests/dataplane/net/frame_builder.h"

namespace sluice::source {
namespace {

using test::FrameBuilder;

/// libpcap's own filter machine over a frame.
bool passes(const std::string& filter, const FrameBuilder::Buffer& frame) {
  pcap_t* handle = ::pcap_open_dead(DLT_EN10MB, 65535);
  bpf_program program{};
  EXPECT_EQ(::pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN), 0)
      << ::pcap_geterr(handle);
  EXPECT_LE(program.bf_len, 4096U) << "more instructions than the kernel takes";
  pcap_pkthdr header{};
  header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
  const bool passed = ::pcap_offline_filter(&program, &header, frame.data()) != 0;
  ::pcap_freecode(&program);
  ::pcap_close(handle);
  return passed;
}

std::vector<net::IpAddress> groups(std::initializer_list<const char*> texts) {
  std::vector<net::IpAddress> addresses;
  for (const char* text : texts) {
    addresses.push_back(*net::IpAddress::parse(text));
  }
  return addresses;
}

TEST(CaptureFilter, PassesOnlyTheStreamsDestinations) {
  const auto filter = capture_filter(groups({"239.1.1.1", "ff3e::8000:1"}));
  EXPECT_TRUE(passes(filter, FrameBuilder().to("239.1.1.1", 5000).build()));
  EXPECT_TRUE(passes(filter, FrameBuilder().to("ff3e::8000:1", 5000).build()));
  EXPECT_FALSE(passes(filter, FrameBuilder().to("239.1.1.2", 5000).build()));
  EXPECT_FALSE(passes(filter, FrameBuilder().to("ff3e::8000:2", 5000).build()));
}

TEST(CaptureFilter, PassesTaggedFramesToo) {
  const auto filter = capture_filter(groups({"239.1.1.1"}));
  FrameBuilder ours;
  ours.to("239.1.1.1", 5000).tagged(0x8100, 5);
  EXPECT_TRUE(passes(filter, ours.build()));
  EXPECT_TRUE(passes(filter, ours.tagged(0x8100, 6).build()));
  EXPECT_FALSE(passes(filter, FrameBuilder().to("239.1.1.2", 5000).tagged(0x8100, 5).build()));
}

TEST(CaptureFilter, PassesBrokenDatagramsSoThatTheyAreCounted) {
  const auto filter = capture_filter(groups({"239.1.1.1"}));
  FrameBuilder fragment;
  fragment.fragment = 0x2010;
  EXPECT_TRUE(passes(filter, fragment.build()));
  FrameBuilder empty;
  empty.carrying({});
  EXPECT_TRUE(passes(filter, empty.build()));
}

TEST(CaptureFilter, StaysWithinTheKernelsLimitForManyStreams) {
  for (const unsigned count : {256U, 257U, 4096U}) {
    std::vector<net::IpAddress> many;
    for (unsigned i = 0; i < count; ++i) {
      const uint8_t v4[4] = {239, 7, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
      many.push_back(net::IpAddress::v4(v4));
    }
    EXPECT_TRUE(passes(capture_filter(many), FrameBuilder().to("239.7.0.255", 5000).build()));
  }
}

TEST(CaptureFilter, StaysWithinTheKernelsLimitForManyIpv6Streams) {
  std::vector<net::IpAddress> many;
  for (unsigned i = 1; i <= 256; ++i) {
    many.push_back(*net::IpAddress::parse("ff3e::8000:" + std::to_string(i)));
  }
  EXPECT_TRUE(passes(capture_filter(many), FrameBuilder().to("ff3e::8000:7", 5000).build()));
}

TEST(CaptureFilter, PassesWhatQueriersSayInAnyVlan) {
  const auto filter = capture_filter(groups({"239.1.1.1"}));
  FrameBuilder igmp;
  igmp.to("224.0.0.1", 0).protocol = 2;
  EXPECT_TRUE(passes(filter, igmp.build()));
  EXPECT_TRUE(passes(filter, igmp.tagged(0x8100, 5).build()));
  FrameBuilder mld;
  mld.to("ff02::1", 0).extended(0, {0, 5, 2, 0, 0, 1, 0}).protocol = 58;
  EXPECT_TRUE(passes(filter, mld.build()));
  EXPECT_TRUE(passes(filter, mld.tagged(0x8100, 5).build()));
}

}  // namespace
}  // namespace sluice::source
