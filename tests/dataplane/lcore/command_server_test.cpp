#include "dataplane/lcore/command_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <future>

#include "storage/arena/command.h"
#include "storage/arena/command_client.h"

namespace sluice::lcore {
namespace {

using namespace std::chrono_literals;

class CommandServerTest : public testing::Test {
 protected:
  CommandServerTest() { std::filesystem::create_directories(folder_); }
  ~CommandServerTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<CommandServer> start(size_t longest = 1000) {
    auto server = CommandServer::start(
        socket_, longest,
        {.answer = [](std::string_view line) { return "<" + std::string(line) + ">"; },
         .woken = [this] { woken_.set_value(); }});
    EXPECT_TRUE(server) << server.error().message;
    return std::move(*server);
  }

  int connect() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval limit{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
  }
  static void say(int fd, std::string_view text) {
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size()));
  }
  /// What comes up to `lines` lines or the end of the connection.
  static std::string hear(int fd, int lines) {
    std::string heard;
    char byte;
    while (lines > 0 && ::recv(fd, &byte, 1, 0) == 1) {
      heard += byte;
      lines -= byte == '\n' ? 1 : 0;
    }
    return heard;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("command_server." + std::to_string(::getpid()));
  std::filesystem::path socket_ = folder_ / "dataplane.sock";
  std::promise<void> woken_;
};

TEST_F(CommandServerTest, AnswersLinesInAnyPieces) {
  const auto server = start();
  const int fd = connect();
  say(fd, "on");
  say(fd, "e\ntwo\nthr");
  EXPECT_EQ(hear(fd, 2), "<one>\n<two>\n");
  say(fd, "ee\n");
  EXPECT_EQ(hear(fd, 1), "<three>\n");
  ::close(fd);
}

TEST_F(CommandServerTest, ServesOthersWhileOneSaysNothingAndOneDoesNotListen) {
  const auto server = start(1 << 20);
  const int silent = connect();
  const int deaf = connect();
  // Answers to what it asks fill its socket's buffer many times over.
  const std::string question(500'000, 'x');
  say(deaf, question + "\n");
  const int client = connect();
  say(client, "hello\n");
  EXPECT_EQ(hear(client, 1), "<hello>\n");
  EXPECT_EQ(hear(deaf, 1).size(), question.size() + 3);
  for (const int fd : {silent, deaf, client}) {
    ::close(fd);
  }
}

TEST_F(CommandServerTest, CutsOffWhoSendsTooMuch) {
  const auto server = start(100);
  const int fd = connect();
  say(fd, std::string(101, 'x'));
  EXPECT_THAT(hear(fd, 2), testing::HasSubstr("too long"));  // and then the end
  ::close(fd);
}

TEST_F(CommandServerTest, TurnsAwayOneClientTooMany) {
  const auto server = start();
  std::vector<int> clients;
  for (size_t i = 0; i < CommandServer::kMostClients; ++i) {
    clients.push_back(connect());
    say(clients.back(), "hello\n");
    EXPECT_EQ(hear(clients.back(), 1), "<hello>\n");
  }
  const int one_more = connect();
  EXPECT_THAT(hear(one_more, 2), testing::HasSubstr("too many clients"));
  ::close(clients.back());
  clients.pop_back();
  ::close(one_more);
  for (const int fd : clients) {
    ::close(fd);
  }
}

TEST_F(CommandServerTest, ReplacesTheSocketOfADeadOneAndTakesItsOwnAway) {
  std::ofstream(socket_) << "left";
  {
    const auto server = start();
    struct stat info {};
    ASSERT_EQ(::stat(socket_.c_str(), &info), 0);
    EXPECT_TRUE(S_ISSOCK(info.st_mode));
    EXPECT_EQ(info.st_mode & 0777 & ~0660, 0U) << "others may use it";
    EXPECT_EQ(info.st_mode & 0600, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(CommandServerTest, IsWoken) {
  const auto server = start();
  server->wake();
  EXPECT_EQ(woken_.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(CommandServerTest, SaysWhereItCannotListen) {
  const auto nowhere = CommandServer::start(folder_ / "no" / "socket", 1, {});
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, testing::HasSubstr("cannot listen at"));
  const auto too_long = CommandServer::start(folder_ / std::string(120, 'x'), 1, {});
  ASSERT_FALSE(too_long);
  EXPECT_THAT(too_long.error().message, testing::HasSubstr("arena.path is too long"));
}

TEST_F(CommandServerTest, IsAskedByTheClient) {
  EXPECT_EQ(arena::ask_dataplane(folder_, {}).error().next, Next::kNotFound);
  const auto server =
      CommandServer::start(socket_, 1000,
                           {.answer =
                                [](std::string_view line) {
                                  const auto request = arena::parse_request(line);
                                  return to_line(arena::CommandAnswer{.removed = request->names});
                                },
                            .woken = [] {}});
  const auto answer =
      arena::ask_dataplane(folder_, {.command = arena::Command::kRemove, .names = {"a", "b"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->removed, testing::ElementsAre("a", "b"));
}

}  // namespace
}  // namespace sluice::lcore
