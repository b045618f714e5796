#include "storage/object/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

namespace sluice::object {
namespace {

namespace fs = std::filesystem;
using From = config::Credentials::From;
using testing::HasSubstr;
using testing::Not;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() { fs::create_directories(home_ / ".aws"); }
  ~CredentialsTest() override { fs::remove_all(home_); }

  void write(const fs::path& name, const std::string& text) { std::ofstream(home_ / name) << text; }

  Environment environment() {
    return [this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
  }

  std::unique_ptr<CredentialsProvider> provider() {
    return make_credentials(config_, environment());
  }

  fs::path home_ = testing::TempDir() + "sluice-credentials-" + std::to_string(::getpid());
  std::map<std::string, std::string> variables_{{"HOME", home_.string()}};
  config::Credentials config_;
};

constexpr const char* kFile =
    "# comment\n[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key=s1\n\n"
    "[ other ]\r\naws_secret_access_key =  s/2+=\r\naws_access_key_id=AKOTHER\r\n"
    "aws_session_token = t=\r\nregion = eu\r\n[half]\naws_access_key_id=AKHALF\n";

TEST_F(CredentialsTest, AutoTakesTheEnvironmentBeforeTheFile) {
  write(".aws/credentials", kFile);
  EXPECT_EQ(provider()->keys()->access_key, "AKDEFAULT");
  variables_["AWS_ACCESS_KEY_ID"] = "AKENV";
  EXPECT_EQ(provider()->keys()->access_key, "AKDEFAULT") << "half a pair is no pair";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(provider()->keys()->access_key, "AKENV");
  EXPECT_TRUE(provider()->keys()->session_token.empty());
  variables_["AWS_SESSION_TOKEN"] = "t";
  EXPECT_EQ(provider()->keys()->session_token.reveal(), "t");
}

TEST_F(CredentialsTest, AProfileIsFoundByConfigurationOrVariable) {
  write(".aws/credentials", kFile);
  config_.source = From::kProfile;
  variables_["AWS_PROFILE"] = "other";
  const auto keys = provider()->keys();
  EXPECT_EQ(keys->access_key, "AKOTHER");
  EXPECT_EQ(keys->secret_key.reveal(), "s/2+=");
  EXPECT_EQ(keys->session_token.reveal(), "t=");
  config_.profile = "half";
  EXPECT_THAT(provider()->keys().error().message,
              HasSubstr("profile 'half' in " + (home_ / ".aws/credentials").string() +
                        " has no aws_secret_access_key"));
  config_.profile = "none";
  EXPECT_THAT(provider()->keys().error().message, HasSubstr("no profile 'none'"));
}

TEST_F(CredentialsTest, AFileIsFoundByConfigurationOrVariable) {
  write("mine", kFile);
  config_.source = From::kFile;
  config_.file = home_ / "mine";
  EXPECT_EQ(provider()->keys()->access_key, "AKDEFAULT");
  config_.source = From::kAuto;
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = (home_ / "mine").string();
  EXPECT_EQ(provider()->keys()->access_key, "AKDEFAULT");
}

TEST_F(CredentialsTest, SaysWhereItLookedWhenThereAreNone) {
  const auto keys = provider()->keys();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().next, Next::kRefreshCredentials);
  EXPECT_THAT(keys.error().message, HasSubstr("AWS_ACCESS_KEY_ID is not set"));
  EXPECT_THAT(keys.error().message, HasSubstr((home_ / ".aws/credentials").string()));
}

TEST_F(CredentialsTest, ErrorsNeverShowAValue) {
  write(".aws/credentials", "[default]\naws_secret_access_key = hush\n");
  EXPECT_THAT(provider()->keys().error().message, Not(HasSubstr("hush")));
}

TEST_F(CredentialsTest, RotatedKeysAreReadAfterARefresh) {
  write(".aws/credentials", kFile);
  const auto kept = provider();
  EXPECT_EQ(kept->keys()->access_key, "AKDEFAULT");
  write(".aws/credentials", "[default]\naws_access_key_id=AKNEW\naws_secret_access_key=s\n");
  EXPECT_EQ(kept->keys()->access_key, "AKDEFAULT");
  kept->refresh();
  EXPECT_EQ(kept->keys()->access_key, "AKNEW");
}

TEST_F(CredentialsTest, InlineKeysAreTakenAsGiven) {
  config_.source = From::kInline;
  EXPECT_FALSE(provider()->keys());
  config_.access_key = Secret("AK");
  config_.secret_key = Secret("s");
  EXPECT_EQ(provider()->keys()->access_key, "AK");
}

}  // namespace
}  // namespace sluice::object
