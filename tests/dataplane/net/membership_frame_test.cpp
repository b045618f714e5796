#include <gtest/gtest.h>

#include "tests/dataplane/net/parse_exactly.h"

namespace sluice::net {
namespace {

using test::FrameBuilder;
using test::parse;
using Buffer = FrameBuilder::Buffer;

TEST(MembershipFrame, IsIgmpOfAnyKind) {
  FrameBuilder builder;
  builder.to("224.0.0.1", 0).tagged(0x8100, 5).protocol = 2;
  builder.options = {0x94, 4, 0, 0};  // router alert
  builder.padding = 9;
  const Buffer bytes = builder.build();
  const Frame frame = parse(bytes);
  EXPECT_EQ(frame.kind, FrameKind::kMembership);
  EXPECT_EQ(frame.vlan, 5);
  EXPECT_EQ(frame.payload_offset, 18U);
  EXPECT_EQ(size_t{frame.payload_offset} + frame.payload_length + builder.padding, bytes.size());
}

FrameBuilder mld() {
  FrameBuilder builder;
  builder.to("ff02::1", 0).protocol = 58;
  builder.extended(0, {0, 5, 2, 0, 0, 1, 0});  // router alert, padding
  return builder;
}

/// The builder's datagrams begin with the port 40000; MLD with its type.
Frame parse_mld(const FrameBuilder& builder, uint8_t type) {
  Buffer bytes = builder.build();
  bytes[14 + 40 + 8] = type;
  return parse(bytes);
}

TEST(MembershipFrame, IsMldBehindAHopByHopHeader) {
  for (const uint8_t type : {130, 131, 132, 143}) {
    const Frame frame = parse_mld(mld(), type);
    EXPECT_EQ(frame.kind, FrameKind::kMembership) << int{type};
    EXPECT_EQ(frame.payload_offset, 14U);
    EXPECT_EQ(frame.payload_length, 40U + 8 + 8 + 1316);
  }
}

TEST(MembershipFrame, IsNoOtherIcmpv6) {
  EXPECT_EQ(parse_mld(mld(), 135).kind, FrameKind::kOther) << "neighbour solicitation";
  FrameBuilder bare;
  bare.to("ff02::1", 0).protocol = 58;
  Buffer bytes = bare.build();
  bytes[14 + 40] = 130;
  EXPECT_EQ(parse(bytes).kind, FrameKind::kOther) << "without router alert";
}

TEST(MembershipFrame, IsNeitherCutNorAFragment) {
  FrameBuilder builder;
  builder.to("224.0.0.1", 0).protocol = 2;
  const Buffer bytes = builder.build();
  EXPECT_EQ(parse(bytes, bytes.size() - 1).kind, FrameKind::kOther);
  builder.fragment = 0x2000;
  EXPECT_EQ(parse(builder.build()).kind, FrameKind::kOther);
}

}  // namespace
}  // namespace sluice::net
