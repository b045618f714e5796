#include "tools/object_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sluice::tools {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ObjectCommand : public testing::Test {
 protected:
  ObjectCommand() {
    appliance_.storage.endpoint = "file://" + (folder_ / "store").string();
    appliance_.control.listen = "127.0.0.1:3001";
    fs::create_directories(folder_);
  }
  ~ObjectCommand() override { fs::remove_all(folder_); }

  fs::path write_file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  fs::path folder_ = testing::TempDir() + "sluice-object-command-" + std::to_string(::getpid());
  config::Appliance appliance_;
  std::ostringstream out_;
};

TEST_F(ObjectCommand, WhatWasPutIsListedAndGot) {
  const std::string bytes("\0\xff any bytes\r\n", 14);
  ASSERT_TRUE(object_put(appliance_, {"news/a b.ts", write_file("in", bytes), ""}, false, out_));
  EXPECT_EQ(out_.str(), "stored news/a b.ts, 14 bytes\n");

  out_.str("");
  ASSERT_TRUE(object_list(appliance_, {"news/"}, false, out_));
  EXPECT_EQ(out_.str(), "14 news/a b.ts\n");

  out_.str("");
  ASSERT_TRUE(object_get(appliance_, {"news/a b.ts"}, out_));
  EXPECT_EQ(out_.str(), bytes);

  ASSERT_TRUE(object_get(appliance_, {"news/a b.ts", folder_ / "back"}, out_));
  std::ifstream back(folder_ / "back", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(back), {}), bytes);
}

TEST_F(ObjectCommand, JsonIsOneDocument) {
  ASSERT_TRUE(object_put(appliance_, {"k\xff", write_file("in", "abc"), ""}, true, out_));
  EXPECT_EQ(nlohmann::json::parse(out_.str())["bytes"], 3);
  out_.str("");
  ASSERT_TRUE(object_list(appliance_, {""}, true, out_));
  EXPECT_EQ(nlohmann::json::parse(out_.str()).at(0)["size"], 3);
}

TEST_F(ObjectCommand, PresignsForAGivenMoment) {
  appliance_.storage.endpoint = "https://s3.example.net";
  appliance_.storage.public_endpoint = "https://media.example";
  appliance_.storage.credentials.source = config::Credentials::From::kInline;
  appliance_.storage.credentials.access_key = Secret("AKID");
  appliance_.storage.credentials.secret_key = Secret("secret");
  ObjectPresign command{"a b.ts"};
  command.at = parse_rfc3339("2026-01-16T11:47:43Z");
  ASSERT_TRUE(object_presign(appliance_, command, false, out_));
  EXPECT_THAT(out_.str(), testing::StartsWith("https://media.example/hls/a%20b.ts?"));
  EXPECT_THAT(out_.str(), HasSubstr("X-Amz-Date=20260116T114743Z&X-Amz-Expires=3600&"));
  EXPECT_THAT(out_.str(), HasSubstr("X-Amz-Credential=AKID%2F20260116%2Fus-east-1%2Fs3%2F"));

  command.expires = std::chrono::hours(24 * 8);
  EXPECT_THAT(object_presign(appliance_, command, false, out_).error().message,
              HasSubstr("7 days"));
  command.expires = std::chrono::hours(1);
  command.method = "BREW";
  EXPECT_THAT(object_presign(appliance_, command, false, out_).error().message, HasSubstr("BREW"));
}

TEST_F(ObjectCommand, SaysWhatIsMissing) {
  EXPECT_THAT(object_get(appliance_, {"none.ts"}, out_).error().message, HasSubstr("store/hls"));
  ASSERT_TRUE(object_put(appliance_, {"some.ts", write_file("in", ""), ""}, false, out_));
  out_.str("");
  EXPECT_THAT(object_get(appliance_, {"none.ts"}, out_).error().message, HasSubstr("none.ts"));
  EXPECT_THAT(object_put(appliance_, {"k", folder_ / "no file", ""}, false, out_).error().message,
              HasSubstr("no file: No such file or directory"));
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace sluice::tools
