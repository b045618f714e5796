#include "control/supervisor/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sluice::supervisor {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A folder in which scripts leave files, for the probe and for the test.
class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "supervisor-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }
  bool has(const char* file) const { return std::filesystem::exists(path_ / file); }
  std::vector<std::string> lines(const char* file) const {
    std::ifstream in(path_ / file);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) {
      all.push_back(line);
    }
    return all;
  }

 private:
  std::filesystem::path path_;
};

/// Ready is whoever has left a file that says so.
class FileProbe final : public Probe {
 public:
  explicit FileProbe(const Folder& folder) : folder_(folder) {}
  void begin() override { std::filesystem::remove(folder_.path() / "control-ready"); }
  bool control_ready() override { return folder_.has("control-ready"); }
  bool dataplane_ready() override { return folder_.has("dataplane-ready"); }
  bool sources_ended() override { return folder_.has("ended"); }
  uint64_t segments_waiting() override { return 0; }

 private:
  const Folder& folder_;
};

// Each notes what happens to it in the file "log". The nap is a read from a pipe to which nobody
// writes: a trap interrupts it, and it leaves no process behind. $TEST is the supervisor.
constexpr const char* kNap =
    "nap() { [ -p pipe$$ ] || mkfifo pipe$$; exec 3<>pipe$$; read _ <&3; }\n";
constexpr const char* kControl =
    "trap 'echo control-term >>log; exit 0' TERM\n"
    "echo control-start >>log; touch control-ready; nap";
constexpr const char* kDataplane =
    "trap 'echo dataplane-term >>log; exit 0' TERM\n"
    "echo dataplane-start >>log; touch dataplane-ready; ";

class SupervisorTest : public testing::Test {
 protected:
  Program script(const char* name, const std::string& text) {
    return {name,
            {"/bin/sh", "-c",
             "cd " + folder_.path().string() + "; TEST=" + std::to_string(::getpid()) + "\n" +
                 kNap + text}};
  }

  int run(const std::string& control, const std::string& dataplane,
          std::optional<std::chrono::nanoseconds> run_for = std::nullopt) {
    Options options{.control = script("sluice-control", control),
                    .dataplane = script("sluice-dataplane", dataplane),
                    .run_for = run_for};
    options.first_backoff = 1ms;
    options.longest_backoff = 4ms;
    options.tick = 2ms;
    options.patience = patience_;
    Supervisor supervisor(options, probe_, clock_, stop_, out_);
    return supervisor.run();
  }

  std::vector<std::string> log() const { return folder_.lines("log"); }

  Folder folder_;
  FileProbe probe_{folder_};
  SystemClock clock_;
  StopSignal stop_{0ms};
  std::ostringstream out_;
  std::chrono::seconds patience_{30};
};

const std::string kForever = std::string(kDataplane) + "nap";
const std::string kAsksToStop = std::string(kDataplane) + "kill -TERM $TEST; nap";

TEST_F(SupervisorTest, StartsControlFirstAndStopsItLast) {
  EXPECT_EQ(run(kControl, kAsksToStop), 0);
  EXPECT_EQ(out_.str(), "ready\n");
  EXPECT_THAT(log(),
              ElementsAre("control-start", "dataplane-start", "dataplane-term", "control-term"));
}

TEST_F(SupervisorTest, StopsWhenTheTimeIsOver) {
  EXPECT_EQ(run(kControl, kForever, 1ms), 0);
  EXPECT_EQ(out_.str(), "ready\n");
  EXPECT_THAT(log(),
              ElementsAre("control-start", "dataplane-start", "dataplane-term", "control-term"));
}

TEST_F(SupervisorTest, EndsWhenAllSourcesHaveEnded) {
  EXPECT_EQ(run(kControl, std::string(kDataplane) + "touch ended; exit 0"), 0);
  EXPECT_EQ(out_.str(), "ready\n");
  EXPECT_THAT(log(), ElementsAre("control-start", "dataplane-start", "control-term"));
}

TEST_F(SupervisorTest, SourcesThatEndBeforeAnybodyLookedWereReadyToo) {
  EXPECT_EQ(run(kControl, "touch ended; exit 0"), 0);
  EXPECT_EQ(out_.str(), "ready\n");
}

TEST_F(SupervisorTest, ADataplaneThatDiesIsStartedAgain) {
  EXPECT_EQ(run(kControl, std::string(kDataplane) +
                              "[ $(grep -c dataplane-start log) = 4 ] || kill -9 $$; "
                              "kill -TERM $TEST; nap"),
            0);
  EXPECT_EQ(out_.str(), "ready\n");
  EXPECT_THAT(log(),
              ElementsAre("control-start", "dataplane-start", "dataplane-start", "dataplane-start",
                          "dataplane-start", "dataplane-term", "control-term"));
}

TEST_F(SupervisorTest, ADataplaneThatEndsWellButUnaskedIsStartedAgain) {
  EXPECT_EQ(
      run(kControl, std::string(kDataplane) + "[ $(grep -c dataplane-start log) = 2 ] || exit 0; "
                                              "kill -TERM $TEST; nap"),
      0);
  EXPECT_THAT(log(), testing::Contains("dataplane-start").Times(2));
}

TEST_F(SupervisorTest, AControlThatDiesIsStartedAgainWhileTheDataplaneGoesOn) {
  EXPECT_EQ(run("trap 'echo control-term >>log; exit 0' TERM\n"
                "echo control-start >>log; touch control-ready\n"
                "[ $(grep -c control-start log) = 1 ] || { kill -TERM $TEST; nap; }\n"
                "until [ -e dataplane-ready ]; do :; done; kill -9 $$",
                kForever),
            0);
  EXPECT_THAT(log(), ElementsAre("control-start", "dataplane-start", "control-start",
                                 "dataplane-term", "control-term"));
}

TEST_F(SupervisorTest, AControlThatCannotStartStartsNoDataplane) {
  EXPECT_EQ(run("exit 1", kForever), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(log(), ElementsAre());
}

TEST_F(SupervisorTest, ARefusedConfigurationIsPassedOn) {
  EXPECT_EQ(run("exit 2", kForever), 2);
}

TEST_F(SupervisorTest, ADataplaneThatCannotStartTakesControlWithIt) {
  EXPECT_EQ(run(kControl, "exit 1"), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(log(), ElementsAre("control-start", "control-term"));
}

TEST_F(SupervisorTest, AProgramThatIsNotThereIsAnError) {
  Options options{.control = {"c", {"/nonexistent/sluice-control"}},
                  .dataplane = {"d", {"/nonexistent/sluice-dataplane"}}};
  EXPECT_EQ(Supervisor(options, probe_, clock_, stop_, out_).run(), 1);
}

TEST_F(SupervisorTest, AStopBeforeReadyLeavesNothing) {
  EXPECT_EQ(run(kControl, "trap 'echo dataplane-term >>log; exit 0' TERM; kill -TERM $TEST; nap"),
            0);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(log(), ElementsAre("control-start", "dataplane-term", "control-term"));
}

TEST_F(SupervisorTest, ADataplaneThatHangsIsKilledAndControlStillStores) {
  patience_ = 0s;
  EXPECT_EQ(run(kControl, "trap '' TERM; touch dataplane-ready; kill -TERM $TEST; nap"), 1);
  EXPECT_THAT(log(), ElementsAre("control-start", "control-term"));
}

TEST_F(SupervisorTest, ASecondStopKillsAControlThatCannotFinish) {
  EXPECT_EQ(run("trap 'echo control-term >>log; kill -TERM $TEST; nap' TERM\n"
                "touch control-ready; nap",
                kAsksToStop),
            1);
  EXPECT_THAT(log(), ElementsAre("dataplane-start", "dataplane-term", "control-term"));
}

TEST_F(SupervisorTest, AFailureToStoreIsAFailure) {
  EXPECT_EQ(run("trap 'exit 1' TERM; touch control-ready; nap", kAsksToStop), 1);
}

TEST(Child, IsInAGroupOfItsOwnSoThatCtrlCMissesIt) {
  auto child = Child::start({"/bin/sleep", "1000"});
  ASSERT_TRUE(child) << child.error().message;
  const pid_t group = ::getpgrp();
  int status = 0;
  // The test's own group holds no sleep: waiting for a child in it finds none.
  EXPECT_EQ(::waitpid(-group, &status, WNOHANG), -1);
  EXPECT_FALSE(child->ending());
  child->send(SIGINT);
}

TEST(Child, DiesWithItsParent) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto child = Child::start({"/bin/sleep", "5"});
    ::kill(::getpid(), SIGKILL);
  }
  ::close(pipe_ends[1]);
  const auto before = std::chrono::steady_clock::now();
  ::waitpid(parent, nullptr, 0);
  // The grandchild inherited the writing end, so end of file means that it is gone.
  char byte = 0;
  EXPECT_EQ(::read(pipe_ends[0], &byte, 1), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 4s) << "it died of old age";
  ::close(pipe_ends[0]);
}

}  // namespace
}  // namespace sluice::supervisor
