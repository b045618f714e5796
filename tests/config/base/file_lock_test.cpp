#include "config/base/file_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace sluice {
namespace {

std::filesystem::path temporary_path() {
  return std::filesystem::path(testing::TempDir()) / ("lock-" + std::to_string(getpid()));
}

/// A child that takes the lock, tells so through a pipe, and holds it until it is killed.
pid_t child_that_holds(const std::filesystem::path& path) {
  int ready[2];
  EXPECT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::take(path);
    const char answer = lock ? 'y' : 'n';
    (void)!write(ready[1], &answer, 1);
    pause();
    _exit(0);
  }
  char answer = 0;
  EXPECT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  close(ready[0]);
  close(ready[1]);
  return child;
}

TEST(FileLock, IsHeldByOneProcessAndFreeOnceThatIsKilled) {
  const auto path = temporary_path();
  EXPECT_FALSE(FileLock::held(path));
  const pid_t child = child_that_holds(path);
  EXPECT_TRUE(FileLock::held(path));
  const auto refused = FileLock::take(path);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(std::to_string(child)), std::string::npos)
      << refused.error().message;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(FileLock::held(path));
  EXPECT_TRUE(FileLock::take(path));
  std::filesystem::remove(path);
}

TEST(FileLock, SaysWhichFolderIsMissing) {
  const auto lock = FileLock::take("/nonexistent/lock");
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message.find("/nonexistent/lock"), std::string::npos);
}

}  // namespace
}  // namespace sluice
