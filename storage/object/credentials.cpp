#include "storage/object/credentials.h"

#include <cstdlib>
#include <utility>

#include "storage/object/profile_file.h"

namespace sluice::object {
namespace {

class FixedCredentials final : public CredentialsProvider {
 public:
  explicit FixedCredentials(Keys keys) : keys_(std::move(keys)) {}

  Result<Keys> keys() override {
    if (keys_.access_key.empty() || keys_.secret_key.empty()) {
      return fail(Next::kRefreshCredentials, "access key or secret key is empty");
    }
    return keys_;
  }

 private:
  Keys keys_;
};

class EnvironmentCredentials final : public CredentialsProvider {
 public:
  explicit EnvironmentCredentials(Environment environment) : environment_(std::move(environment)) {}

  Result<Keys> keys() override {
    const auto access = environment_("AWS_ACCESS_KEY_ID");
    const auto secret = environment_("AWS_SECRET_ACCESS_KEY");
    if (!access || !secret) {
      return fail(Next::kRefreshCredentials,
                  std::string("environment variable ") +
                      (access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") + " is not set");
    }
    return Keys{*access, Secret(*secret), Secret(environment_("AWS_SESSION_TOKEN").value_or("")),
                std::nullopt};
  }

 private:
  Environment environment_;
};

class ProfileCredentials final : public CredentialsProvider {
 public:
  ProfileCredentials(std::filesystem::path file, std::string profile)
      : file_(std::move(file)), profile_(std::move(profile)) {}

  Result<Keys> keys() override {
    if (!known_) {
      auto read = read_profile(file_, profile_);
      if (!read) {
        return read;
      }
      known_ = std::move(*read);
    }
    return *known_;
  }

  void refresh() override { known_.reset(); }

 private:
  std::filesystem::path file_;
  std::string profile_;
  std::optional<Keys> known_;
};

class FirstCredentials final : public CredentialsProvider {
 public:
  explicit FirstCredentials(std::vector<std::unique_ptr<CredentialsProvider>> providers)
      : providers_(std::move(providers)) {}

  Result<Keys> keys() override {
    std::string tried;
    for (const auto& provider : providers_) {
      auto found = provider->keys();
      if (found) {
        return found;
      }
      tried += (tried.empty() ? "" : "; ") + found.error().message;
    }
    return fail(Next::kRefreshCredentials, "no credentials found: " + tried);
  }

  void refresh() override {
    for (const auto& provider : providers_) {
      provider->refresh();
    }
  }

 private:
  std::vector<std::unique_ptr<CredentialsProvider>> providers_;
};

std::filesystem::path usual_file(const Environment& environment) {
  if (const auto file = environment("AWS_SHARED_CREDENTIALS_FILE")) {
    return *file;
  }
  return std::filesystem::path(environment("HOME").value_or("/")) / ".aws/credentials";
}

std::string usual_profile(const config::Credentials& credentials, const Environment& environment) {
  const bool chosen = !credentials.profile.empty() && credentials.profile != "default";
  return chosen ? credentials.profile : environment("AWS_PROFILE").value_or("default");
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
  };
}

std::unique_ptr<CredentialsProvider> fixed_credentials(Keys keys) {
  return std::make_unique<FixedCredentials>(std::move(keys));
}

std::unique_ptr<CredentialsProvider> environment_credentials(Environment environment) {
  return std::make_unique<EnvironmentCredentials>(std::move(environment));
}

std::unique_ptr<CredentialsProvider> profile_credentials(std::filesystem::path file,
                                                         std::string profile) {
  return std::make_unique<ProfileCredentials>(std::move(file), std::move(profile));
}

std::unique_ptr<CredentialsProvider> first_credentials(
    std::vector<std::unique_ptr<CredentialsProvider>> providers) {
  return std::make_unique<FirstCredentials>(std::move(providers));
}

std::unique_ptr<CredentialsProvider> make_credentials(const config::Credentials& credentials,
                                                      const Environment& environment) {
  using From = config::Credentials::From;
  switch (credentials.source) {
    case From::kInline:
      return fixed_credentials({credentials.access_key.reveal(), credentials.secret_key,
                                credentials.session_token, std::nullopt});
    case From::kFile:
      return profile_credentials(credentials.file, credentials.profile);
    case From::kEnvironment:
      return environment_credentials(environment);
    case From::kProfile:
      return profile_credentials(usual_file(environment), usual_profile(credentials, environment));
    case From::kAuto:
      break;
  }
  std::vector<std::unique_ptr<CredentialsProvider>> providers;
  providers.push_back(environment_credentials(environment));
  providers.push_back(
      profile_credentials(usual_file(environment), usual_profile(credentials, environment)));
  return first_credentials(std::move(providers));
}

}  // namespace sluice::object
