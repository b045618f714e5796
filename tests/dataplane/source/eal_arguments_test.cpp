#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/source/eal.h"

namespace sluice::source {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

constexpr HugePages kNone{};
constexpr HugePages kPlenty{.total = 1024, .free_bytes = 2ULL << 30};

EalSpec spec(std::vector<std::string> arguments) {
  return {
      .arguments = std::move(arguments), .main_cpu = 0, .worker_cpus = {1, 0}, .memory = 32U << 20};
}

TEST(EalArguments, DoWithoutHugePagesWhereThereAreNone) {
  const auto arguments = eal_arguments(spec({"--in-memory"}), kNone);
  ASSERT_TRUE(arguments);
  EXPECT_THAT(*arguments, IsSupersetOf({"--no-huge", "-m", "96"}));
  EXPECT_THAT(*arguments, Not(Contains("--in-memory"))) << "EAL refuses the two together";
}

TEST(EalArguments, TakeHugePagesWhereThereAreEnough) {
  const auto arguments = eal_arguments(spec({}), kPlenty);
  ASSERT_TRUE(arguments);
  EXPECT_THAT(*arguments, AllOf(Contains("--in-memory"), Not(Contains("--no-huge"))));
}

TEST(EalArguments, DoWithoutHugePagesWhereThereAreTooFew) {
  const auto arguments = eal_arguments(spec({}), {.total = 4, .free_bytes = 8U << 20});
  ASSERT_TRUE(arguments);
  EXPECT_THAT(*arguments, Contains("--no-huge"));
}

TEST(EalArguments, FailWhereHugePagesAreAskedForAndThereAreNone) {
  for (const char* flag :
       {"--huge-dir=/mnt/huge", "--socket-mem=1024", "--single-file-segments", "-a0000:41:00.0"}) {
    const auto arguments = eal_arguments(spec({flag}), kNone);
    ASSERT_FALSE(arguments) << flag;
    EXPECT_THAT(arguments.error().message,
                AllOf(HasSubstr("huge pages"), HasSubstr("nr_hugepages")));
    EXPECT_TRUE(eal_arguments(spec({flag}), kPlenty)) << flag;
  }
}

TEST(EalArguments, KeepTheUsersWord) {
  const auto arguments =
      eal_arguments(spec({"--no-huge", "-m", "512", "--file-prefix=x"}), kPlenty);
  ASSERT_TRUE(arguments);
  EXPECT_THAT(*arguments, IsSupersetOf({"--no-huge", "-m", "512", "--file-prefix=x"}));
  EXPECT_EQ(std::count(arguments->begin(), arguments->end(), "-m"), 1);
}

TEST(EalArguments, MapEachWorkerToItsCpu) {
  const auto arguments = eal_arguments(spec({}), kNone);
  ASSERT_TRUE(arguments);
  EXPECT_THAT(*arguments, IsSupersetOf({"--lcores", "0@0,1@1,2@0", "--main-lcore"}));
}

TEST(EalArguments, RefuseWhatBelongsInTheConfiguration) {
  for (const char* flag :
       {"-l", "-l0-3", "-c", "--lcores=0@1", "--main-lcore", "--proc-type=auto"}) {
    const auto arguments = eal_arguments(spec({flag}), kNone);
    ASSERT_FALSE(arguments) << flag;
    EXPECT_THAT(arguments.error().message, HasSubstr("dataplane.lcores"));
  }
}

TEST(EalArguments, LeaveTheMachinesNicsAloneUnlessOneIsNamed) {
  EXPECT_THAT(*eal_arguments(spec({}), kPlenty), Contains("--no-pci"));
  EXPECT_THAT(*eal_arguments(spec({"-a", "0000:41:00.0"}), kPlenty), Not(Contains("--no-pci")));
}

}  // namespace
}  // namespace sluice::source
