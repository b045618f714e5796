#include "tests/control/api/server_fixture.h"

#include <stdlib.h>

#include <fstream>

#include "config/base/log.h"

namespace sluice::api {

// 2025-01-16T08:10:00Z
ServerTest::ServerTest() : clock_(utc_from_ns(1'737'015'000'000'000'000)) {
  // spdlog makes its registry when it is first used; ThreadSanitizer does not see into its library
  spdlog::default_logger();
  std::string pattern = (std::filesystem::temp_directory_path() / "sluice-api-XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
  appliance_.control.listen = "127.0.0.1:0";
  appliance_.arena.path = folder_ / "shm";
  appliance_.storage.endpoint = "file://" + (folder_ / "archive").string();
  appliance_.storage.bucket = "hls";
}

ServerTest::~ServerTest() {
  server_.reset();
  std::filesystem::remove_all(folder_);
}

void ServerTest::start() {
  auto server = ApiServer::start({.appliance = appliance_,
                                  .catalog = catalog_,
                                  .signer = std::move(signer_),
                                  .clock = &clock_});
  ASSERT_TRUE(server) << server.error().message;
  server_ = std::move(*server);
}

void ServerTest::write(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

void ServerTest::store(const std::string& key, std::string_view bytes) {
  write(folder_ / "archive" / "hls" / key, bytes);
}

config::Stream ServerTest::stream(std::string_view name, std::string group) {
  return {.name = StreamId::parse(name).value(), .group = std::move(group)};
}

std::string varied_bytes(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace sluice::api
