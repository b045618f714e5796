#include "dataplane/source/capture_file.h"

#include <gtest/gtest.h>

#include "tests/dataplane/source/capture_writer.h"

namespace sluice::source {
namespace {

using test::CaptureWriter;
using test::TemporaryFile;
using Format = CaptureWriter::Format;
using Buffer = CaptureWriter::Buffer;

constexpr int64_t kStart = 1'737'010'710'123'456'000;  // 2025-01-16T06:58:30.123456Z

struct FormatCase {
  Format format;
  int64_t finest;  // nanoseconds that the format can tell apart
};

class EveryFormat : public testing::TestWithParam<FormatCase> {};

TEST_P(EveryFormat, YieldsFramesAndTimesAsTheyWereWritten) {
  const TemporaryFile file("capture");
  const int64_t odd = GetParam().finest == 1 ? 789 : 0;
  CaptureWriter writer(GetParam().format);
  for (int i = 0; i < 50; ++i) {
    writer.frame(kStart + odd + i * int64_t{1'000'001'000},
                 Buffer(60 + i, static_cast<uint8_t>(i)));
  }
  writer.save(file.path());
  auto capture = CaptureFile::open(file.path());
  ASSERT_TRUE(capture) << capture.error().message;
  for (int i = 0; i < 50; ++i) {
    const auto frame = capture->next();
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ((*frame)->arrival_ns, kStart + odd + i * int64_t{1'000'001'000});
    EXPECT_EQ(Buffer((*frame)->bytes.begin(), (*frame)->bytes.end()),
              Buffer(60 + i, static_cast<uint8_t>(i)));
    EXPECT_EQ((*frame)->length, 60U + i);
  }
  const auto end = capture->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

INSTANTIATE_TEST_SUITE_P(All, EveryFormat,
                         testing::Values(FormatCase{Format::kMicroseconds, 1000},
                                         FormatCase{Format::kNanoseconds, 1},
                                         FormatCase{Format::kBigEndian, 1000},
                                         FormatCase{Format::kPcapng, 1000},
                                         FormatCase{Format::kPcapngNanoseconds, 1}));

TEST(CaptureFile, TellsWhatTheSnapLengthCutOff) {
  const TemporaryFile file("snap");
  CaptureWriter writer(Format::kMicroseconds);
  writer.frame(kStart, Buffer(96), 1358);
  writer.save(file.path());
  auto capture = CaptureFile::open(file.path());
  ASSERT_TRUE(capture);
  const auto frame = capture->next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->bytes.size(), 96U);
  EXPECT_EQ((*frame)->length, 1358U);
}

TEST(CaptureFile, YieldsSoundFramesOfACaptureThatWasBrokenOff) {
  for (const Format format : {Format::kMicroseconds, Format::kPcapng}) {
    const TemporaryFile file("broken");
    CaptureWriter writer(format);
    writer.frame(kStart, Buffer(100, 1));
    writer.frame(kStart, Buffer(100, 2));
    writer.save(file.path(), 50);
    auto capture = CaptureFile::open(file.path());
    ASSERT_TRUE(capture);
    const auto first = capture->next();
    ASSERT_TRUE(first && *first);
    const auto second = capture->next();
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(file.path().string()), std::string::npos);
  }
}

TEST(CaptureFile, RefusesFramesThatAreNotEthernet) {
  constexpr uint32_t kLinuxCooked = 113;
  const TemporaryFile file("cooked");
  CaptureWriter(Format::kMicroseconds, kLinuxCooked).save(file.path());
  const auto capture = CaptureFile::open(file.path());
  ASSERT_FALSE(capture);
  EXPECT_NE(capture.error().message.find("LINUX_SLL"), std::string::npos);
}

TEST(CaptureFile, SaysThatAFileIsMissingOrNoCapture) {
  EXPECT_NE(CaptureFile::open("/nowhere/x.pcap").error().message.find("/nowhere/x.pcap"),
            std::string::npos);
  const TemporaryFile file("text");
  std::ofstream(file.path()) << "this is no capture at all, only text";
  const auto capture = CaptureFile::open(file.path());
  ASSERT_FALSE(capture);
  EXPECT_NE(capture.error().message.find(file.path().string()), std::string::npos);
}

}  // namespace
}  // namespace sluice::source
