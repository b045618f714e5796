#include "dataplane/source/eal.h"

#include <fcntl.h>
#include <rte_eal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "config/base/log.h"
#include "dataplane/source/af_packet_fanout.h"

namespace sluice::source {
namespace {

bool has_flag(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::any_of(arguments.begin(), arguments.end(), [flag](const std::string& argument) {
    return argument == flag ||
           (argument.starts_with(flag) && argument.size() > flag.size() &&
            (argument[flag.size()] == '=' || (flag.size() == 2 && flag[1] != '-')));
  });
}

template <size_t N>
const std::string_view* first_flag(const std::vector<std::string>& arguments,
                                   const std::array<std::string_view, N>& flags) {
  const auto* found = std::find_if(flags.begin(), flags.end(), [&arguments](std::string_view flag) {
    return has_flag(arguments, flag);
  });
  return found == flags.end() ? nullptr : found;
}

std::string lcore_map(const EalSpec& spec) {
  std::string map = "0@" + std::to_string(spec.main_cpu);
  for (size_t i = 0; i < spec.worker_cpus.size(); ++i) {
    map += "," + std::to_string(i + 1) + "@" + std::to_string(spec.worker_cpus[i]);
  }
  return map;
}

}  // namespace

Result<std::vector<std::string>> eal_arguments(const EalSpec& spec, const HugePages& pages) {
  static constexpr std::array<std::string_view, 7> kOurs{"-l", "-c", "--lcores",   "--main-lcore",
                                                         "-s", "-S", "--proc-type"};
  static constexpr std::array<std::string_view, 5> kWantHugePages{
      "--huge-dir", "--socket-mem", "--huge-unlink", "--single-file-segments", "--legacy-mem"};
  constexpr uint64_t kOverhead = 64U << 20;  // EAL's own and the drivers'

  std::vector<std::string> arguments = spec.arguments;
  if (const auto* flag = first_flag(arguments, kOurs)) {
    return fail("dataplane.eal: " + std::string(*flag) +
                " cannot be given here: which CPU does what is set in dataplane.lcores");
  }
  const bool refused = has_flag(arguments, "--no-huge");
  const auto* wanted = first_flag(arguments, kWantHugePages);
  if (wanted == nullptr && has_flag(arguments, "-a")) {
    static constexpr std::string_view kNic = "-a";
    wanted = &kNic;
  }
  if (wanted != nullptr && !refused && pages.total == 0) {
    return fail("dataplane.eal: " + std::string(*wanted) +
                " needs huge pages and this machine has none: reserve some (echo 512 > "
                "/proc/sys/vm/nr_hugepages) or leave it out");
  }
  const bool without = refused || (wanted == nullptr && pages.free_bytes < spec.memory + kOverhead);
  if (without) {
    // EAL takes the two together for a contradiction. This way it makes no files either.
    std::erase(arguments, "--in-memory");
    if (!refused) {
      arguments.emplace_back("--no-huge");
    }
    arguments.emplace_back("--no-shconf");
  }
  if (without && !has_flag(arguments, "-m")) {
    arguments.emplace_back("-m");
    arguments.push_back(std::to_string((spec.memory + kOverhead) >> 20));
  }
  if (!without && !has_flag(arguments, "--in-memory") && !has_flag(arguments, "--file-prefix") &&
      !has_flag(arguments, "--huge-dir") && !has_flag(arguments, "--huge-unlink")) {
    arguments.emplace_back("--in-memory");
  }
  if (!has_flag(arguments, "-a") && !has_flag(arguments, "-b")) {
    arguments.emplace_back("--no-pci");
  }
  if (!has_flag(arguments, "--telemetry")) {
    arguments.emplace_back("--no-telemetry");
  }
  arguments.insert(arguments.end(), {"--lcores", lcore_map(spec), "--main-lcore", "0"});
  return arguments;
}

namespace {

/// Keeps what is written to standard output and error while this lives: EAL prints its usage there.
/// Only while there is no other thread.
class Diversion {
 public:
  Diversion() : captured_(::memfd_create("eal", MFD_CLOEXEC)) {
    std::fflush(stdout);
    for (size_t i = 0; i < kept_.size(); ++i) {
      kept_[i] = ::fcntl(kFirst + static_cast<int>(i), F_DUPFD_CLOEXEC, 0);
      ::dup2(captured_, kFirst + static_cast<int>(i));
    }
  }
  ~Diversion() {
    std::fflush(stdout);
    for (size_t i = 0; i < kept_.size(); ++i) {
      ::dup2(kept_[i], kFirst + static_cast<int>(i));
      ::close(kept_[i]);
    }
    ::close(captured_);
  }
  Diversion(const Diversion&) = delete;
  Diversion& operator=(const Diversion&) = delete;

  /// The first line that was written.
  std::string first_line() const {
    std::array<char, 256> text{};
    const ssize_t got = ::pread(captured_, text.data(), text.size(), 0);
    const std::string_view written(text.data(), got > 0 ? static_cast<size_t>(got) : 0);
    return std::string(written.substr(0, written.find('\n')));
  }

 private:
  static constexpr int kFirst = STDOUT_FILENO;
  int captured_;
  std::array<int, 2> kept_{};
};

/// @return whether EAL is up; else `said` is what it printed first
bool initialize(std::vector<char*>& argv, std::string& said) {
  const Diversion diversion;
  const bool up = ::rte_eal_init(static_cast<int>(argv.size()) - 1, argv.data()) >= 0;
  said = diversion.first_line();
  return up;
}

}  // namespace

Result<Eal> Eal::start(const EalSpec& spec) {
  auto arguments = eal_arguments(spec, huge_pages());
  if (!arguments) {
    return fail(arguments.error());
  }
  leave_fragments_to_us();
  arguments->insert(arguments->begin(), "sluice-dataplane");
  std::vector<char*> argv;
  std::string shown;
  for (std::string& argument : *arguments) {
    argv.push_back(argument.data());
    shown += (shown.empty() ? "" : " ") + argument;
  }
  argv.push_back(nullptr);
  spdlog::debug("EAL: {}", shown);
  auto log = std::make_unique<DpdkLog>();
  std::string said;
  const bool up = initialize(argv, said);
  log->go_live();
  if (!up) {
    return fail("DPDK's EAL does not start: " + (said.empty() ? "" : said + "; ") +
                DpdkLog::last_words());
  }
  return Eal(std::move(log));
}

bool Eal::uses_huge_pages() const {
  return ::rte_eal_has_hugepages() != 0;
}

Eal::~Eal() {
  if (log_) {
    ::rte_eal_cleanup();
  }
}

}  // namespace sluice::source
