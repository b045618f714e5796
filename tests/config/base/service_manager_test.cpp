#include "config/base/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "config/base/watchdog.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

/// What systemd listens with.
class Listener {
 public:
  Listener() {
    std::string folder = testing::TempDir() + "sluice-notify-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ + "/socket";
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval limit{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Listener() {
    ::close(fd_);
    std::filesystem::remove_all(folder_);
  }

  std::string next() {
    std::array<char, 256> bytes{};
    const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
    return count < 0 ? "nothing" : std::string(bytes.data(), static_cast<size_t>(count));
  }
  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
  int fd_ = -1;
};

TEST(ServiceManager, IsToldByDatagrams) {
  Listener listener;
  const ServiceManager manager(listener.path());
  manager.ready();
  EXPECT_EQ(listener.next(), "READY=1");
  manager.alive();
  EXPECT_EQ(listener.next(), "WATCHDOG=1");
  manager.stopping();
  EXPECT_EQ(listener.next(), "STOPPING=1");
}

TEST(ServiceManager, ThatDoesNotListenHoldsNobodyUp) {
  Listener listener;
  {
    std::atomic<int> asked = 0;
    const Watchdog watchdog(ServiceManager(listener.path(), 400us), [&] { return ++asked > 0; });
    std::this_thread::sleep_for(500ms);  // many more datagrams than a socket keeps
  }
  EXPECT_EQ(listener.next(), "WATCHDOG=1");
}

TEST(ServiceManager, MayBeNobody) {
  ServiceManager("").ready();
  ServiceManager("/no/such/socket").ready();
  ServiceManager(std::string(500, 'x')).ready();
}

TEST(ServiceManager, AsksByTheEnvironmentOfItsOwnChildAlone) {
  ::setenv("WATCHDOG_USEC", "10000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(ServiceManager::of_environment().watchdog(), 10s);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceManager::of_environment().watchdog(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  ::setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(ServiceManager::of_environment().watchdog(), std::nullopt);
  ::unsetenv("WATCHDOG_USEC");
}

TEST(Watchdog, SpeaksOnlyWhileThereIsProgress) {
  Listener listener;
  std::atomic<int> asked = 0;
  {
    const Watchdog watchdog(ServiceManager(listener.path(), 4ms), [&] { return ++asked <= 3; });
    while (asked < 10) {
      std::this_thread::yield();
    }
  }
  ServiceManager(listener.path()).stopping();
  for (const char* told : {"WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"}) {
    EXPECT_EQ(listener.next(), told);
  }
}

TEST(Watchdog, IsNotThereUnlessAsked) {
  bool asked = false;
  {
    const Watchdog watchdog(ServiceManager(""), [&] { return asked = true; });
  }
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace sluice
