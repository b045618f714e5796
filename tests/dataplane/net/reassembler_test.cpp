#include "dataplane/net/reassembler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/dataplane/net/fragment_builder.h"

namespace sluice::net {
namespace {

using test::Fragmenter;
using test::FrameBuilder;
using test::Piece;
using Buffer = FrameBuilder::Buffer;

constexpr uint64_t kTimeout = 1000;

Buffer random_bytes(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Buffer bytes(size);
  std::generate(bytes.begin(), bytes.end(), [&random] { return static_cast<uint8_t>(random()); });
  return bytes;
}

FrameBuilder datagram(bool v6, size_t size = 1316, unsigned seed = 1) {
  FrameBuilder builder;
  if (v6) {
    builder.from("2001:db8::77").to("ff3e::8000:1", 5004);
  }
  builder.carrying(random_bytes(size, seed));
  return builder;
}

/// A reassembler that is given whole frames, and the UDP payloads that came of them.
class Bench {
 public:
  /// @return whether the frame made a datagram whole
  bool take(const Buffer& bytes, uint64_t now = 0) {
    const Frame frame = parse_frame(bytes);
    EXPECT_EQ(frame.kind, FrameKind::kFragment);
    const auto whole = reassembler.take(
        frame, Bytes(bytes).subspan(frame.payload_offset, frame.payload_length), now);
    if (!whole) {
      return false;
    }
    last = whole->frame;
    const auto begin = whole->bytes.begin() + last.payload_offset;
    payloads.emplace_back(begin, begin + last.payload_length);
    return true;
  }
  void take_all(const std::vector<Buffer>& frames, uint64_t now = 0) {
    for (const Buffer& frame : frames) {
      take(frame, now);
    }
  }
  uint64_t lost() { return reassembler.take_lost(); }
  uint64_t lost_in_all() {
    reassembler.give_up_all();
    return reassembler.take_lost();
  }

  Reassembler reassembler{kTimeout};
  std::vector<Buffer> payloads;
  Frame last;
};

/// Both versions of IP.
class Fragments : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Of, Fragments, testing::Bool(), [](const auto& tested) {
  return std::string(tested.param ? "Ipv6" : "Ipv4");
});

TEST_P(Fragments, MakeTheDatagramInWhateverOrderTheyCome) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const FrameBuilder sent = datagram(GetParam(), 1 + random() % 9000, random());
    std::vector<Buffer> frames = Fragmenter(sent).fragments((1 + random() % 200) * 8);
    if (frames.size() == 1) {
      continue;
    }
    std::shuffle(frames.begin(), frames.end(), random);
    Bench bench;
    bench.take_all(frames);
    ASSERT_EQ(bench.payloads, std::vector<Buffer>{sent.payload}) << round;
    EXPECT_EQ(bench.last.kind, FrameKind::kDatagram);
    EXPECT_EQ(bench.last.port, sent.port);
    EXPECT_EQ(bench.last.destination, *IpAddress::parse(sent.destination));
    EXPECT_EQ(bench.last.source, *IpAddress::parse(sent.source));
    EXPECT_EQ(bench.lost_in_all(), 0U);
  }
}

TEST_P(Fragments, MayMakeTheLongestDatagramThatThereIs) {
  // IPv4 counts its header as well (RFC 791, 3.1); IPv6 does not.
  const FrameBuilder sent = datagram(GetParam(), GetParam() ? 65'527 : 65'507);
  Bench bench;
  // The frame itself cannot say how long it is, and need not: fragments are cut from its bytes.
  bench.take_all(Fragmenter(sent).fragments(1480));
  EXPECT_EQ(bench.payloads, std::vector<Buffer>{sent.payload});
}

TEST_P(Fragments, ThatComeTwiceAreTakenOnce) {
  const FrameBuilder sent = datagram(GetParam());
  const std::vector<Buffer> frames = Fragmenter(sent).fragments(480);
  std::vector<Buffer> doubled;
  for (const Buffer& frame : frames) {
    doubled.insert(doubled.end(), {frame, frame});
  }
  doubled.insert(doubled.end(), frames.begin(), frames.end());
  Bench bench;
  bench.take_all(doubled);
  EXPECT_EQ(bench.payloads, std::vector<Buffer>{sent.payload});
  EXPECT_EQ(bench.lost_in_all(), 0U);
}

TEST_P(Fragments, OfManyDatagramsMayComeMixed) {
  std::vector<Buffer> frames;
  std::vector<Buffer> payloads;
  for (unsigned i = 0; i < Reassembler::kDatagrams; ++i) {
    const FrameBuilder sent = datagram(GetParam(), 1316, i);
    payloads.push_back(sent.payload);
    const auto pieces = Fragmenter(sent, i).fragments(480);
    frames.insert(frames.end(), pieces.begin(), pieces.end());
  }
  std::shuffle(frames.begin(), frames.end(), std::mt19937(3));
  Bench bench;
  bench.take_all(frames);
  EXPECT_TRUE(std::is_permutation(bench.payloads.begin(), bench.payloads.end(), payloads.begin(),
                                  payloads.end()));
  EXPECT_EQ(bench.lost_in_all(), 0U);
}

TEST_P(Fragments, AreKeptApartByAllThatMakesAKey) {
  const FrameBuilder sent = datagram(GetParam());
  FrameBuilder other_source = sent;
  other_source.source = GetParam() ? "2001:db8::78" : "10.0.0.2";
  FrameBuilder other_destination = sent;
  other_destination.destination = GetParam() ? "ff3e::8000:2" : "239.1.1.2";
  FrameBuilder other_vlan = sent;
  other_vlan.tagged(0x8100, 6);
  Bench bench;
  bench.take(Fragmenter(sent).fragments(480)[0]);
  for (const Fragmenter& other : {Fragmenter(other_source), Fragmenter(other_destination),
                                  Fragmenter(other_vlan), Fragmenter(sent, 0x1235)}) {
    const auto frames = other.fragments(480);
    bench.take_all({frames[1], frames[2]});
  }
  EXPECT_TRUE(bench.payloads.empty());
  EXPECT_EQ(bench.lost_in_all(), 5U);
}

TEST_P(Fragments, AreGivenUpWhenOneIsMissingForTooLong) {
  const auto frames = Fragmenter(datagram(GetParam())).fragments(480);
  Bench bench;
  bench.take(frames[0], 100);
  bench.take(frames[1], 900);
  bench.reassembler.expire(100 + kTimeout - 1);
  EXPECT_EQ(bench.lost(), 0U);
  bench.reassembler.expire(100 + kTimeout);
  EXPECT_EQ(bench.lost(), 1U);
  EXPECT_FALSE(bench.take(frames[2], 100 + kTimeout + 1));
  EXPECT_EQ(bench.lost_in_all(), 1U) << "what comes later begins a datagram of its own";
}

TEST_P(Fragments, ThatAreTooOldAreNotTakenForTheNextDatagrams) {
  const FrameBuilder sent = datagram(GetParam());
  const auto stale = Fragmenter(datagram(GetParam(), 1316, 2)).fragments(480);
  const auto frames = Fragmenter(sent).fragments(480);
  Bench bench;
  bench.take(stale[1], 0);
  bench.take_all({frames[0], frames[2]}, kTimeout + 1);
  EXPECT_TRUE(bench.payloads.empty());
  bench.take(frames[1], kTimeout + 2);
  EXPECT_EQ(bench.payloads, std::vector<Buffer>{sent.payload});
  EXPECT_EQ(bench.lost_in_all(), 1U);
}

TEST_P(Fragments, OfTheOldestDatagramGiveWayWhenThereIsNoRoom) {
  Bench bench;
  std::vector<std::vector<Buffer>> all;
  for (unsigned i = 0; i <= Reassembler::kDatagrams; ++i) {
    all.push_back(Fragmenter(datagram(GetParam(), 1316, i), i).fragments(720));
    bench.take(all.back()[0], i);
  }
  EXPECT_EQ(bench.lost(), 1U);
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_TRUE(bench.take(all[i][1], 100)) << i;
  }
  EXPECT_EQ(bench.lost_in_all(), 0U);
}

/// What makes a datagram of 1,316 bytes come to nothing, behind its first fragment of 480 bytes.
struct ContradictionCase {
  const char* name;
  Piece piece;
};

class Contradiction : public testing::TestWithParam<std::tuple<bool, ContradictionCase>> {};

TEST_P(Contradiction, LosesTheDatagramOnce) {
  const auto& [v6, contradiction] = GetParam();
  const Fragmenter sent(datagram(v6));
  const auto frames = sent.fragments(480);
  Bench bench;
  bench.take(frames[0]);
  const Piece& piece = contradiction.piece;
  bench.take(sent.fragment(piece, random_bytes(piece.size, 9)));
  EXPECT_EQ(bench.lost(), 1U);
  bench.take_all({frames[1], frames[2]});
  bench.take(frames[1]);
  EXPECT_TRUE(bench.payloads.empty());
  EXPECT_EQ(bench.lost_in_all(), 0U) << "the rest of it is no datagram";
}

constexpr ContradictionCase kContradictions[] = {
    {"OverlapsItsEnd", {472, 480, true}},
    {"LiesWithinItWithOtherBytes", {8, 16, true}},
    {"EndsBeforeItEnds", {8, 16, false}},
    {"IsEmpty", {480, 0, true}},
    {"IsEmptyAndLast", {480, 0, false}},
    {"IsNoMultipleOfEight", {480, 479, true}},
    {"PassesTheLongestThatThereIs", {65'528, 8, true}},
    {"PassesTheLongestThatThereIsAsTheLast", {65'528, 8, false}},
};

INSTANTIATE_TEST_SUITE_P(Of, Contradiction,
                         testing::Combine(testing::Bool(), testing::ValuesIn(kContradictions)),
                         [](const auto& tested) {
                           return std::string(std::get<0>(tested.param) ? "Ipv6" : "Ipv4") +
                                  std::get<1>(tested.param).name;
                         });

TEST_P(Fragments, AgreeOnTheEnd) {
  const Fragmenter sent(datagram(GetParam()));
  for (const Piece& piece : {Piece{960, 360, false}, Piece{1320, 8, true}, Piece{480, 840, true}}) {
    const auto frames = sent.fragments(480);
    Bench bench;
    bench.take(frames[2]);
    bench.take(sent.fragment(piece));
    bench.take_all({frames[0], frames[1]});
    EXPECT_TRUE(bench.payloads.empty()) << piece.offset;
    // With IPv4 the first fragment begins another datagram, whose last one then is missing.
    EXPECT_EQ(bench.lost_in_all(), GetParam() ? 1U : 2U) << piece.offset;
  }
}

TEST(IdentifierOfIpv4, MayBeTheSameForEveryDatagram) {
  Bench bench;
  std::vector<Buffer> payloads;
  for (unsigned i = 0; i < 200; ++i) {
    const FrameBuilder sent = datagram(false, 1316, i);
    bench.take_all(Fragmenter(sent, 0).fragments(480), i);
    payloads.push_back(sent.payload);
  }
  EXPECT_EQ(bench.payloads, payloads);
  EXPECT_EQ(bench.lost_in_all(), 0U);
}

TEST(IdentifierOfIpv4, ThatComesRoundLosesOnlyTheDatagramThatMissesAPiece) {
  Bench bench;
  const auto first = Fragmenter(datagram(false, 1316, 1)).fragments(480);
  bench.take_all({first[0], first[1]});
  const FrameBuilder second = datagram(false, 1316, 2);
  bench.take_all(Fragmenter(second).fragments(480));
  EXPECT_EQ(bench.payloads, std::vector<Buffer>{second.payload});
  EXPECT_EQ(bench.lost_in_all(), 1U);
}

TEST(FragmentsOfIpv6, MayCarryHeadersOfTheirOwn) {
  FrameBuilder sent = datagram(true);
  sent.extended(60, Buffer(7, 0)).extended(43, Buffer(7, 0));
  Bench bench;
  bench.take_all(Fragmenter(sent).fragments(480));
  EXPECT_EQ(bench.payloads, std::vector<Buffer>{sent.payload});
}

TEST(FragmentsOfIpv6, SayInTheFirstOfThemWhatTheyCarry) {
  const FrameBuilder sent = datagram(true);
  auto frames = Fragmenter(sent).fragments(480);
  for (const size_t i : {1U, 2U}) {
    frames[i][14 + 40] = 60;  // a next header that nobody is to look at
  }
  std::reverse(frames.begin(), frames.end());
  Bench bench;
  bench.take_all(frames);
  EXPECT_EQ(bench.payloads, std::vector<Buffer>{sent.payload});
}

TEST(Reassembled, DatagramsAreHeldAgainstTheirUdpLength) {
  FrameBuilder longer = datagram(false);
  longer.udp_length = 1316 + 9;
  Bench bench;
  bench.take_all(Fragmenter(longer).fragments(480));
  EXPECT_EQ(bench.last.kind, FrameKind::kBroken);
  EXPECT_EQ(bench.last.drop, arena::Drop::kBadUdpLength);
}

TEST(Reassembled, DatagramsMayNotBeFragmentsAgain) {
  FrameBuilder twice = datagram(true);
  twice.extended(44, {0, 0, 1, 0, 0, 0, 9});
  Bench bench;
  bench.take_all(Fragmenter(twice).fragments(480));
  EXPECT_EQ(bench.last.kind, FrameKind::kBroken);
  EXPECT_EQ(bench.last.drop, arena::Drop::kFragment);
}

TEST_P(Fragments, EndAsAWholeDatagramOrAsALostOneWhateverHappens) {
  std::mt19937 random(5);
  Bench bench;
  std::vector<FrameBuilder> sent;
  std::vector<Buffer> frames;
  constexpr unsigned kSent = 300;
  for (unsigned i = 0; i < kSent; ++i) {
    sent.push_back(datagram(GetParam(), 400 + random() % 3000, i));
    std::vector<Buffer> cut = Fragmenter(sent.back(), i).fragments(8 + random() % 100 * 8);
    const unsigned fate = random() % 4;
    if (fate == 0) {
      cut.erase(cut.begin() + random() % cut.size());
    } else if (fate == 1) {
      std::shuffle(cut.begin(), cut.end(), random);
    } else if (fate == 2) {
      cut.push_back(cut[random() % cut.size()]);
    }
    frames.insert(frames.end(), cut.begin(), cut.end());
  }
  uint64_t now = 0;
  for (const Buffer& frame : frames) {
    now += random() % 5;
    bench.reassembler.expire(now);
    if (parse_frame(frame).kind == FrameKind::kFragment) {
      bench.take(frame, now);
    }
  }
  for (const Buffer& payload : bench.payloads) {
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [&payload](const FrameBuilder& one) {
      return one.payload == payload;
    })) << "a datagram that was not sent";
  }
  EXPECT_GT(bench.payloads.size(), kSent / 2);
  // One that lost its only fragment never was begun.
  EXPECT_LE(bench.payloads.size() + bench.lost_in_all(), kSent);
}

}  // namespace
}  // namespace sluice::net
