#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "config/load.h"
#include "tools/tune/report.h"

namespace sluice::tools::tune {
namespace {

using testing::HasSubstr;

/// A machine made of files.
class TuneTest : public testing::Test {
 protected:
  TuneTest() {
    std::string name = testing::TempDir() + "sluice-tune-XXXXXX";
    root_ = ::mkdtemp(name.data());
    put("/proc/swaps", "Filename Type Size Used Priority\n");
    put("/proc/cmdline", "quiet isolcpus=1-3 rcu_nocbs=1-3 nohz_full=1-3\n");
    put("/proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max open files            65536                65536                files     \n"
        "Max locked memory         unlimited            unlimited            bytes     \n");
    put("/proc/sys/net/core/netdev_max_backlog", "16384\n");
    put("/proc/irq/24/effective_affinity_list", "0\n");
    put("/sys/devices/system/cpu/isolated", "1-3\n");
    put("/sys/devices/system/cpu/nohz_full", "1-3\n");
    put("/sys/devices/system/cpu/online", "0-3\n");
    put("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
    put("/sys/devices/system/node/node0/cpulist", "0-3\n");
    put("/sys/devices/system/node/node1/cpulist", "4-7\n");
    put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    put("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
    put("/sys/kernel/iommu_groups/0/type", "DMA\n");
    put("/sys/class/net/eth1/operstate", "up\n");
    put("/sys/class/net/eth1/mtu", "1500\n");
    put("/sys/class/net/eth1/device/numa_node", "0\n");
    put("/sys/bus/pci/devices/0000:41:00.0/numa_node", "0\n");
    link("/sys/bus/pci/devices/0000:41:00.0/driver", "../../../bus/pci/drivers/vfio-pci");
  }
  ~TuneTest() override { std::filesystem::remove_all(root_); }

  void put(const std::string& file, const std::string& text) {
    const auto path = std::filesystem::path(root_ + file);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void link(const std::string& file, const std::string& target) {
    const std::filesystem::path path = root_ + file;
    std::filesystem::remove(path);
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::create_symlink(target, path);
  }
  void remove(const std::string& file) { std::filesystem::remove_all(root_ + file); }

  std::vector<Finding> look(const std::string& dataplane) {
    const auto loaded = config::load_text(
        "dataplane: " + dataplane +
            "\narena: {size: 64MiB}\nstreams:\n  - {name: a, source: \"udp://239.1.1.1:5000\"}\n"
            "storage: {endpoint: \"file:///tmp/x\"}\n",
        "f", [](const auto&) { return Result<std::string>("eth1"); });
    if (!loaded) {
      throw std::runtime_error(config::to_string(loaded.error()));
    }
    lcore::LcorePlan plan;
    for (const unsigned cpu : {1U, 2U, 3U}) {
      plan.workers.push_back({.cpu = cpu});
    }
    return look_over(needs_of(*loaded, plan),
                     Machine(
                         root_, [this](const auto&) { return ring_; }, [this] { return clock_; }));
  }

  /// The findings that want something done: "CHECK: IS | SHOULD | COMMAND".
  static std::vector<std::string> to_do(const std::vector<Finding>& findings) {
    std::vector<std::string> out;
    for (const Finding& finding : findings) {
      EXPECT_EQ(finding.good, finding.should.empty()) << finding.check;
      EXPECT_EQ(finding.good, finding.command.empty()) << finding.check;
      EXPECT_FALSE(finding.is.empty()) << finding.check;
      if (!finding.good) {
        out.push_back(finding.check + ": " + finding.is + " | " + finding.should + " | " +
                      finding.command);
      }
    }
    return out;
  }
  static bool looks_at(const std::vector<Finding>& findings, const std::string& check) {
    return std::ranges::any_of(findings,
                               [&](const Finding& finding) { return finding.check == check; });
  }

  std::string root_;
  std::optional<ReceiveRing> ring_ = ReceiveRing{4096, 4096};
  bool clock_ = true;
};

constexpr char kSpinning[] = "{interface: eth1, idle: spin}";
constexpr char kOwned[] =
    "{eal: [\"-a\", \"0000:41:00.0\"], ports: [{name: a, device: \"0000:41:00.0\"}], idle: spin}";

TEST_F(TuneTest, FindsNothingToDoOnAMachineThatIsReady) {
  for (const char* dataplane : {kSpinning, kOwned, "{driver: pcap, interface: eth1}"}) {
    EXPECT_THAT(to_do(look(dataplane)), testing::IsEmpty()) << dataplane;
  }
}

TEST_F(TuneTest, LooksOnlyAtWhatMattersToTheDriver) {
  const auto pcap = look("{driver: pcap, interface: eth1}");
  EXPECT_TRUE(looks_at(pcap, "eth1 MTU"));
  EXPECT_FALSE(looks_at(pcap, "huge pages"));
  EXPECT_FALSE(looks_at(pcap, "isolcpus"));
  const auto owned = look(kOwned);
  EXPECT_TRUE(looks_at(owned, "huge pages"));
  EXPECT_TRUE(looks_at(owned, "0000:41:00.0 driver"));
  EXPECT_FALSE(looks_at(owned, "kernel's backlog"));
  const auto file = look("{driver: file, path: /x.pcap}");
  EXPECT_FALSE(looks_at(file, "CPU governor"));
  EXPECT_TRUE(looks_at(file, "arena memory"));
}

TEST_F(TuneTest, SaysWhatCpusLack) {
  put("/sys/devices/system/cpu/isolated", "2\n");
  put("/sys/devices/system/cpu/nohz_full", "\n");
  put("/proc/cmdline", "quiet\n");
  put("/proc/irq/25/effective_affinity_list", "2\n");
  put("/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n");
  const auto lines = to_do(look(kSpinning));
  EXPECT_THAT(lines,
              testing::ElementsAre(
                  HasSubstr("CPU governor: powersave on CPUs 2 | performance | cpupower -c 2 "),
                  HasSubstr("isolcpus: 2 | CPUs 1-3 "), HasSubstr("nohz_full: none | "),
                  HasSubstr("add rcu_nocbs=1-3 to"), HasSubstr("interrupts: 1 on the lcores")));
  EXPECT_THAT(lines.back(), HasSubstr("echo 0 >$i"));
}

TEST_F(TuneTest, WantsACpuLeftBesideLcoresThatSpin) {
  put("/sys/devices/system/cpu/online", "1-3\n");
  EXPECT_THAT(to_do(look(kSpinning)),
              testing::ElementsAre(HasSubstr("lcores: they spin on all CPUs, 1-3")));
}

TEST_F(TuneTest, SaysWhatMemoryLacks) {
  put("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n");
  put("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
  remove("/sys/kernel/mm/hugepages");
  EXPECT_THAT(
      to_do(look(kOwned)),
      testing::ElementsAre(HasSubstr("huge pages: none | at least 512 MiB"), HasSubstr("swap: on"),
                           HasSubstr("transparent huge pages: always")));
  Needs needs{.arena = 1ULL << 60, .arena_path = "/dev/shm/sluice"};
  std::vector<Finding> out;
  look_at_memory(needs, Machine(root_, nullptr, nullptr), out);
  EXPECT_THAT(to_do(out)[0], HasSubstr("mount -o remount,size="));
  EXPECT_THAT(to_do(out)[0], HasSubstr("M /dev/shm "));
}

TEST_F(TuneTest, SaysWhatNicsLack) {
  put("/sys/class/net/eth1/operstate", "down\n");
  put("/sys/class/net/eth1/mtu", "9000\n");
  put("/sys/class/net/eth1/device/numa_node", "1\n");
  put("/proc/sys/net/core/netdev_max_backlog", "1000\n");
  ring_ = ReceiveRing{512, 4096};
  EXPECT_THAT(to_do(look("{eal: [\"--vdev=net_af_xdp0,iface=eth1\"], ports: [{name: a, device: "
                         "net_af_xdp0}]}")),
              testing::ElementsAre(
                  HasSubstr("eth1 link: down | up | ip link set eth1 up"),
                  HasSubstr("eth1 MTU: 9000 | at most 3506"), HasSubstr("ethtool -G eth1 rx 4096"),
                  HasSubstr("eth1 NUMA node: 1, lcores on CPUs 1-3 | lcores on CPUs "
                            "of that node: 4-7"),
                  HasSubstr("net.core.netdev_max_backlog=10000")));
  link("/sys/bus/pci/devices/0000:41:00.0/driver", "../../../bus/pci/drivers/ixgbe");
  remove("/sys/kernel/iommu_groups");
  EXPECT_THAT(to_do(look(kOwned)),
              testing::ElementsAre(HasSubstr("dpdk-devbind.py -b vfio-pci 0000:41:00.0"),
                                   HasSubstr("IOMMU: off")));
  link("/sys/bus/pci/devices/0000:41:00.0/driver", "../../../bus/pci/drivers/mlx5_core");
  EXPECT_THAT(to_do(look(kOwned)), testing::IsEmpty());
  remove("/sys/bus/pci/devices/0000:41:00.0");
  EXPECT_THAT(to_do(look(kOwned))[0], HasSubstr("no such PCI device"));
  remove("/sys/class/net/eth1");
  EXPECT_THAT(to_do(look(kSpinning))[0], HasSubstr("no such interface"));
}

TEST_F(TuneTest, SaysWhichLimitsAreTooLow) {
  put("/proc/self/limits",
      "Max open files            256                  65536                files     \n"
      "Max locked memory         8388608              8388608              bytes     \n");
  clock_ = false;
  EXPECT_THAT(to_do(look(kOwned)),
              testing::ElementsAre(HasSubstr("locked memory of this shell: 8.0 MiB | unlimited"),
                                   HasSubstr("open files of this shell: 256 | at least 513"),
                                   HasSubstr("clock: not synchronised")));
}

TEST_F(TuneTest, BearsAMachineThatTellsNothing) {
  std::filesystem::remove_all(root_);
  std::filesystem::create_directory(root_);
  EXPECT_FALSE(to_do(look(kOwned)).empty());
  EXPECT_FALSE(to_do(look(kSpinning)).empty());
}

TEST_F(TuneTest, PrintsTheSameForPeopleAndForPrograms) {
  const std::vector<Finding> findings{
      {"swap", true, "none", "", ""},
      {"eth1 MTU", false, "900", "1500", "ip link set eth1 mtu 1500"}};
  std::ostringstream out;
  print_findings(findings, out);
  EXPECT_EQ(out.str(),
            "ok     swap      none\n"
            "TO DO  eth1 MTU  900\n"
            "                 should be: 1500\n"
            "                 # ip link set eth1 mtu 1500\n");
  const api::Json json = findings_json(findings);
  EXPECT_EQ(json[0], (api::Json{{"check", "swap"},
                                {"ok", true},
                                {"is", "none"},
                                {"should", nullptr},
                                {"command", nullptr}}));
  EXPECT_EQ(json[1]["command"], "ip link set eth1 mtu 1500");
}

TEST(TuneCpus, AreListsAsTheKernelWritesThem) {
  EXPECT_EQ(parse_cpus("0-3,8"), (Cpus{0, 1, 2, 3, 8}));
  EXPECT_EQ(to_string({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10-11");
  for (const char* text : {"", "x", "1-", "-1", "1,,2", "1;2", "99999999999999999999"}) {
    EXPECT_EQ(parse_cpus(text), Cpus{}) << text;
  }
  EXPECT_LE(parse_cpus("0-4294967295").size(), 8192U);
}

}  // namespace
}  // namespace sluice::tools::tune
