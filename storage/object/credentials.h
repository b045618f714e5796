#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "config/base/secret.h"
#include "config/base/utc.h"

namespace sluice::object {

/// What a request is signed with.
struct Keys {
  std::string access_key;  ///< not secret: it stands in every presigned URL
  Secret secret_key;
  Secret session_token;        ///< empty = none
  std::optional<Utc> expires;  ///< nothing = they last until revoked
};

/// Where keys come from. Owned and called by the store's thread.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  /// The keys as known now. The error says where they were looked for; Next::kRefreshCredentials,
  /// since an operator can still supply them.
  virtual Result<Keys> keys() = 0;
  /// Forgets what is known, because the server refused it; the next `keys` looks again.
  virtual void refresh() {}
};

/// A variable of the environment, injected for tests; nothing if unset or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// Keys that were given outright.
std::unique_ptr<CredentialsProvider> fixed_credentials(Keys keys);

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if set, AWS_SESSION_TOKEN.
std::unique_ptr<CredentialsProvider> environment_credentials(Environment environment);

/// One profile of an AWS-style credentials file, read when first needed and again after `refresh`,
/// so that rotated keys are taken up.
std::unique_ptr<CredentialsProvider> profile_credentials(std::filesystem::path file,
                                                         std::string profile);

/// The first of several that has keys.
std::unique_ptr<CredentialsProvider> first_credentials(
    std::vector<std::unique_ptr<CredentialsProvider>> providers);

/// What `storage.credentials` asks for. AWS_SHARED_CREDENTIALS_FILE and AWS_PROFILE stand in for
/// the usual file (~/.aws/credentials) and for the profile `default`.
std::unique_ptr<CredentialsProvider> make_credentials(const config::Credentials& credentials,
                                                      const Environment& environment);

}  // namespace sluice::object
