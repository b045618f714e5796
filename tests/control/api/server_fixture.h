#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "control/api/server.h"
#include "tests/control/api/http_client.h"

namespace sluice::api {

/// A server on a free port, over a file store in a folder of its own.
class ServerTest : public testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;

  /// Starts it; the test fails if it does not start.
  void start();
  /// Writes a file into the bucket.
  void store(const std::string& key, std::string_view bytes);
  static void write(const std::filesystem::path& file, std::string_view bytes);
  static config::Stream stream(std::string_view name, std::string group = "");

  uint16_t port() const { return server_->port(); }
  HttpResponse fetch(std::string_view target, const HttpHeaders& headers = {}) const {
    return get(port(), target, headers);
  }

  std::filesystem::path folder_;
  config::Appliance appliance_;
  std::filesystem::path catalog_;
  std::unique_ptr<object::ObjectStore> signer_;
  ManualClock clock_;
  std::unique_ptr<ApiServer> server_;
};

/// `size` bytes of which no two short runs are alike.
std::string varied_bytes(size_t size);

}  // namespace sluice::api
