#include <gmock/gmock.h>

#include "config/write.h"
#include "tests/tools/import/import_fixture.h"
#include "tools/import/channel_source.h"
#include "tools/import/stream_name.h"

namespace sluice::tools::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> lines(const Imported& imported) {
  std::vector<std::string> out;
  for (const config::Stream& stream : imported.streams) {
    std::string line = stream.name.str() + " " + stream.source.url;
    line += stream.ssm.empty() ? "" : " ssm=" + stream.ssm;
    line += stream.vlan ? " vlan=" + std::to_string(*stream.vlan) : "";
    line += stream.group.empty() ? "" : " group=" + stream.group;
    line += stream.bitrate == 20'000'000 ? "" : " " + std::to_string(stream.bitrate);
    line += stream.program.number == 0 ? "" : " program=" + std::to_string(stream.program.number);
    out.push_back(line);
  }
  return out;
}

std::vector<std::string> refused(const Imported& imported) {
  std::vector<std::string> out;
  for (const Remark& remark : imported.remarks) {
    if (remark.refused) {
      out.push_back(std::to_string(remark.line) + ": " + remark.message);
    }
  }
  return out;
}

TEST(ImportCsv, ReadsTheSameFromEverySpelling) {
  for (const char* text : {
           "name,address,port\nA,239.1.1.1,5000\nB,239.1.1.2,5001\n",
           "name;address;port\r\nA;239.1.1.1;5000\r\nB;239.1.1.2;5001",
           "name\taddress\tport\rA\t239.1.1.1\t5000\rB\t239.1.1.2\t5001\r",
           "\xef\xbb\xbfname,address,port\nA,239.1.1.1,5000\n\n,,\nB,239.1.1.2,5001\n",
           "\"Name\" , \"IP Address\",\"UDP-Port\"\n\"A\" ,\"239.1.1.1\", "
           "5000\nB,239.1.1.2,\"5001\"\n",
           "Port,Channel Name,Multicast Group\n5000,A,239.1.1.1\n5001,B,239.1.1.2\n",
           "service name,group\nA,239.1.1.1:5000\nB,239.1.1.2:5001\n",
           "title,URL\nA,udp://@239.1.1.1:5000\nB,udp://239.1.1.2:5001/\n",
           "name,source\nA,udp://239.1.1.1:5000\nB,UDP://239.1.1.2:5001\n",
           "line-up of "
           "today\n\nname,protocol,address,port,ignored\nA,MPEG-TS/UDP,239.1.1.1,5000,x\n"
           "B,,239.1.1.2,5001,\n",
       }) {
    const Imported imported = import_text(text);
    EXPECT_THAT(lines(imported), ElementsAre("A udp://239.1.1.1:5000", "B udp://239.1.1.2:5001"))
        << text;
    EXPECT_EQ(imported.refused, 0U) << text;
  }
}

TEST(ImportCsv, ReadsWhatAStreamCanHave) {
  const Imported imported = import_text(
      "name,proto,ip,port,ssm,vlan,bitrate,sid,group\n"
      "a,rtp,232.1.1.1,5004,10.0.0.1,5,8 Mbit/s,101,ladder\n"
      "b,udp,ff3e::1,5000,2001:db8::1,,\"1,5M\",,\n"
      "c,,[ff3e::2]:5000,,,,64kbps,,x y\n");
  EXPECT_THAT(
      lines(imported),
      ElementsAre("a rtp://232.1.1.1:5004 ssm=10.0.0.1 vlan=5 group=ladder 8000000 program=101",
                  "b udp://[ff3e::1]:5000 ssm=2001:db8::1 1500000",
                  "c udp://[ff3e::2]:5000 group=x-y 64000"));
}

TEST(ImportCsv, RefusesLinesByNumberAndTakesTheRest) {
  const Imported imported = import_text(
      "name,address,port,protocol,vlan,sid,ssm\n"
      "\"two\nlines\",239.1.1.1,5000,,,,\n"
      "a,239.1.1.1,5000,,,,\n"
      "b,news.example,5000,,,,\n"
      "c,239.1.1.3,,,,,\n"
      "d,239.1.1.3,70000,,,,\n"
      "e,239.1.1.3,5000,srt,,,\n"
      "f,239.1.1.3,5000,,4095,,\n"
      "g,239.1.1.3,5000,,,0,\n"
      "h,239.1.1.3,5000,,,,nobody\n"
      "i,239.1.1.3,5000,,,,2001:db8::1\n"
      "j,,,,,,\n"
      "k,239.1.1.3:1,5000,,,,\n"
      "l,239.1.1.3,5000,,,,,,surplus\n"
      "m,239.1.1.3,5000,,,,\n"
      "\"n,239.1.1.4,5000\n");
  EXPECT_THAT(lines(imported),
              ElementsAre("two-lines udp://239.1.1.1:5000", "m udp://239.1.1.3:5000"));
  EXPECT_THAT(
      refused(imported),
      ElementsAre(HasSubstr("4: \"a\": the same packets as line 2"),
                  HasSubstr("5: \"b\": the address \"news.example\""),
                  HasSubstr("6: \"c\": has no port"),
                  HasSubstr("7: \"d\": its source: \"70000\" is no port"),
                  HasSubstr("8: \"e\": the protocol \"srt\""), HasSubstr("9: \"f\": the VLAN"),
                  HasSubstr("10: \"g\": the programme"), HasSubstr("11: \"h\": the sender"),
                  HasSubstr("12: \"i\": its sender and its group"),
                  HasSubstr("13: \"j\": has neither"), HasSubstr("14: \"k\": has the port 1"),
                  HasSubstr("15: has more fields"), HasSubstr("17: is too long")));
}

TEST(ImportCsv, NeedsTitles) {
  for (const char* text : {"", "\n\n", "A,239.1.1.1,5000\n", "name\nA\n", "just a text"}) {
    EXPECT_THAT(refused(import_text(text)), ElementsAre(HasSubstr("column titles"))) << text;
  }
  EXPECT_THAT(refused(import_text(std::string_view("n\0m", 3))), ElementsAre(HasSubstr("binary")));
  EXPECT_THAT(refused(import_text("\xff\xfen")), ElementsAre(HasSubstr("UTF-16")));
}

TEST(ImportCsv, TellsProgrammesAndSendersOfOneGroupApart) {
  const Imported imported = import_text(
      "name,address,port,program,source,vlan\na,239.1.1.1,5000,1,,\nb,239.1.1.1,5000,2,,\n"
      "c,239.1.1.1,5000,,10.0.0.1,\nd,239.1.1.1,5000,,10.0.0.2,\ne,239.1.1.1,5000,,,7\n");
  EXPECT_EQ(imported.streams.size(), 5U);
  EXPECT_TRUE(load_back(imported.streams));
}

TEST(ImportM3u, ReadsWhatPlayersRead) {
  const Imported imported = import_text(
      "#EXTM3U url-tvg=\"x\"\r\n"
      "#EXTINF:-1 tvg-id=\"1\" tvg-name=\"A one\" group-title=\"News, live\",A\r\n"
      "#EXTVLCOPT:network-caching=1000\r\n"
      "udp://@239.1.1.1:5000\r\n"
      "#EXTINF:0 tvg-name=B,\n"
      "rtp://10.0.0.1@232.1.1.1:5004\n"
      "#EXTINF:-1,C, the third\n"
      "udp://239.1.1.3:5000?pkt_size=1316&sources=10.1.1.1\n"
      "udp://@[ff3e::8000:2]:5000\n"
      "\n"
      "#EXTGRP:Sport\n"
      "#EXTINF:1,E\n"
      "udp://[2001:db8::1]@[ff3e::8000:3]:5000\n");
  EXPECT_THAT(lines(imported),
              ElementsAre("A udp://239.1.1.1:5000", "B rtp://232.1.1.1:5004 ssm=10.0.0.1",
                          "C-the-third udp://239.1.1.3:5000 ssm=10.1.1.1",
                          "ff3e-8000-2-5000 udp://[ff3e::8000:2]:5000",
                          "E udp://[ff3e::8000:3]:5000 ssm=2001:db8::1"));
  EXPECT_THAT(refused(imported), IsEmpty());
  EXPECT_THAT(imported.remarks, testing::Contains(Remark{3, false, "#EXTVLCOPT is not used"}));
}

TEST(ImportM3u, RefusesWhatIsNoMulticast) {
  const Imported imported = import_text(
      "#EXTM3U\n"
      "#EXTINF:-1,W\nhttp://host/x.m3u8\n"
      "#EXTINF:-1,Lost\n"
      "#EXTINF:-1,Cam\nrtsp://user:secret@cam/1\n"
      "../local.ts\n"
      "udp://@:1234\n"
      "udp://@239.1.1.1\n"
      "udp://239.1.1.1:5000\n"
      "#EXTINF:-1,End\n");
  EXPECT_THAT(lines(imported), ElementsAre("239.1.1.1-5000 udp://239.1.1.1:5000"));
  EXPECT_THAT(
      refused(imported),
      ElementsAre(HasSubstr("3: \"W\": http://"), HasSubstr("4: no URL follows for \"Lost\""),
                  HasSubstr("6: \"Cam\": rtsp://"), HasSubstr("7: has no URL"),
                  HasSubstr("8: its source: needs"), HasSubstr("9: its source: needs a port"),
                  HasSubstr("11: no URL follows for \"End\"")));
  for (const std::string& line : refused(imported)) {
    EXPECT_THAT(line, testing::Not(HasSubstr("secret")));
  }
}

TEST(ImportM3u, PutsStreamsIntoFoldersIfAsked) {
  constexpr std::string_view kList =
      "#EXTM3U\n#EXTINF:-1 group-title=\"Sport & Kids\",One\nudp://239.1.1.1:5000\n"
      "#EXTINF:-1,Two\nudp://239.1.1.2:5000\n";
  EXPECT_THAT(lines(import_text(kList, true)),
              ElementsAre("Sport-and-Kids/One udp://239.1.1.1:5000", "Two udp://239.1.1.2:5000"));
  EXPECT_THAT(import_text(kList).remarks,
              ElementsAre(testing::Field(&Remark::message, HasSubstr("--folders"))));
}

TEST(Import, KnowsAListByWhatItBeginsWith) {
  EXPECT_EQ(detect_format("#EXTM3U\n"), Format::kM3u);
  EXPECT_EQ(detect_format("\n  #EXTINF:0,A\n"), Format::kM3u);
  EXPECT_EQ(detect_format("udp://@239.1.1.1:5000\n"), Format::kM3u);
  EXPECT_EQ(detect_format("name,url\nA,udp://239.1.1.1:5000"), Format::kCsv);
  EXPECT_EQ(detect_format("A,udp://239.1.1.1:5000"), Format::kCsv);
  EXPECT_EQ(detect_format("#;name;url\n"), Format::kCsv);
  EXPECT_EQ(detect_format(""), Format::kCsv);
}

TEST(Import, MakesNamesThatAreLegalAndDiffer) {
  EXPECT_EQ(legal_name("Das Erste HD"), "Das-Erste-HD");
  EXPECT_EQ(legal_name("Canal+ / Décalé"), "Canalplus-Decale");
  EXPECT_EQ(legal_name("A&E"), "A-and-E");
  EXPECT_EQ(legal_name("Łódź TV, Čt 24 (ß)"), "Lodz-TV-Ct-24-s");
  EXPECT_EQ(legal_name("e\xcc\x81t\xc3\xa9"), "ete");
  EXPECT_EQ(legal_name("Latin-1: \xe4\xf6"), "Latin-1");
  EXPECT_EQ(legal_name("Первый"), "");
  EXPECT_EQ(legal_name("../.."), "");
  EXPECT_EQ(legal_name(" .hidden. "), "hidden");
  EXPECT_EQ(legal_name(std::string(500, 'x')).size(), 80U);
  UniqueNames names;
  EXPECT_EQ(names.take("a"), "a");
  EXPECT_EQ(names.take("a"), "a-2");
  EXPECT_EQ(names.take("a-2"), "a-2-2");
  EXPECT_EQ(names.take("a"), "a-3");
}

TEST(Import, ReadsBitratesThatHaveAUnit) {
  EXPECT_EQ(channel_bitrate("8Mbps", "").value(), 8'000'000U);
  EXPECT_EQ(channel_bitrate("8000 kbit/s", "").value(), 8'000'000U);
  EXPECT_EQ(channel_bitrate("3,75", "mbps").value(), 3'750'000U);
  EXPECT_EQ(channel_bitrate("640k", "mbps").value(), 640'000U);
  for (const char* text : {"8", "", "fast", "8 monkeys", "-1M", "nan", "inf", "1e300G", "0M"}) {
    EXPECT_FALSE(channel_bitrate(text, "")) << text;
  }
}

TEST(Import, TakesAsManyStreamsAsAnApplianceHolds) {
  std::string list = "name,address,port\n";
  for (int i = 0; i < 4100; ++i) {
    list += "c," + std::string("239.1.") + std::to_string(i / 250) + "." + std::to_string(i % 250) +
            ",5000\n";
  }
  const Imported imported = import_text(list);
  EXPECT_EQ(imported.streams.size(), 4096U);
  EXPECT_EQ(imported.refused, 4U);
  EXPECT_TRUE(load_back(imported.streams));
}

TEST(Import, WritesWhatLoadsBackTheSame) {
  const Imported imported = import_text(
      "name,proto,ip,port,ssm,vlan,bitrate,sid,group\n"
      "a,rtp,232.1.1.1,5004,10.0.0.1,5,8 Mbit/s,101,ladder\n"
      "b,udp,ff3e::1,5000,2001:db8::1,,1001 bps,,\nnull,,239.1.1.1,5000,,,,,\n");
  const config::Loaded loaded = load_back(imported.streams);
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  config::Appliance expected = *loaded;
  expected.streams = imported.streams;
  EXPECT_EQ(config::to_yaml(*loaded), config::to_yaml(expected));
  ASSERT_EQ(loaded->streams.size(), 3U);
  EXPECT_EQ(loaded->streams[2].name.str(), "null");
}

}  // namespace
}  // namespace sluice::tools::import
