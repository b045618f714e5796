#include "tools/analyze/dvb_text.h"

#include <gtest/gtest.h>

namespace sluice::tools::analyze {
namespace {

using namespace std::string_literals;

std::string text(const std::string& field) {
  return dvb_text(as_bytes(field));
}

TEST(DvbText, TheTableWithoutANameIsIso6937) {
  EXPECT_EQ(text("BBC ONE"), "BBC ONE");
  EXPECT_EQ(text("Caf\xc2"
                 "e"),
            "Café");
}

TEST(DvbText, TheFirstByteNamesTheTable) {
  EXPECT_EQ(text("\x01\xbf\xd5\xe0\xd2\xeb\xd9"), "Первый");
  EXPECT_EQ(text("\x10\x00\x01\xdcn\xef"s), "Ünï");
  EXPECT_EQ(text("\x15Ünï"), "Ünï");
  EXPECT_EQ(text("\x11\x00\x41\x04\x16"s), "AЖ");
}

TEST(DvbText, ControlCodesAndTextCutShortAreLeftOut) {
  EXPECT_EQ(text("\x05\x86News\x87 24\x8a"), "News 24");
  EXPECT_EQ(text("\x10\x00"s), "");
  EXPECT_EQ(text("\x15"
                 "ab\xc3"),
            "ab");
  EXPECT_EQ(text(""), "");
}

}  // namespace
}  // namespace sluice::tools::analyze
