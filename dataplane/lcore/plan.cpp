#include "dataplane/lcore/plan.h"

#include <sched.h>

#include <algorithm>
#include <string>

namespace sluice::lcore {
namespace {

Status check(const char* role, unsigned cpu, const std::vector<unsigned>& usable) {
  if (std::find(usable.begin(), usable.end(), cpu) != usable.end()) {
    return {};
  }
  std::string list;
  for (const unsigned one : usable) {
    list += (list.empty() ? "" : ", ") + std::to_string(one);
  }
  return fail("dataplane.lcores." + std::string(role) + ": this process may not use CPU " +
              std::to_string(cpu) + ", only " + list);
}

WorkerPlan& worker_on(LcorePlan& plan, unsigned cpu) {
  const auto found = std::find_if(plan.workers.begin(), plan.workers.end(),
                                  [cpu](const WorkerPlan& worker) { return worker.cpu == cpu; });
  return found != plan.workers.end() ? *found : plan.workers.emplace_back(WorkerPlan{.cpu = cpu});
}

}  // namespace

std::vector<unsigned> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  std::vector<unsigned> cpus;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) {
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

Result<LcorePlan> plan_lcores(const config::Lcores& lcores, const std::vector<unsigned>& usable,
                              bool files_apart) {
  LcorePlan plan;
  plan.main_cpu = lcores.main.value_or(usable.front());
  // Without a word in the configuration, receiving gets a CPU apart from the main lcore, and
  // segmenting a third; on two CPUs it shares the main lcore's, which has little to do.
  const std::vector<unsigned> receivers =
      lcores.rx.empty() ? std::vector{usable[std::min<size_t>(1, usable.size() - 1)]} : lcores.rx;
  std::vector<unsigned> segmenters = lcores.segment;
  if (segmenters.empty()) {
    const auto spare = std::find_if(usable.begin(), usable.end(), [&](unsigned cpu) {
      return cpu != plan.main_cpu &&
             std::find(receivers.begin(), receivers.end(), cpu) == receivers.end();
    });
    segmenters.push_back(spare != usable.end() ? *spare : plan.main_cpu);
  }
  if (auto fine = check("main", plan.main_cpu, usable); !fine) {
    return fail(fine.error());
  }
  for (const unsigned cpu : receivers) {
    if (auto fine = check("rx", cpu, usable); !fine) {
      return fail(fine.error());
    }
    worker_on(plan, cpu).receives = true;
  }
  for (const unsigned cpu : segmenters) {
    if (auto fine = check("segment", cpu, usable); !fine) {
      return fail(fine.error());
    }
    worker_on(plan, cpu).segments = true;
  }
  if (files_apart) {
    plan.workers.push_back({.cpu = plan.main_cpu, .reads_files = true});
  }
  return plan;
}

}  // namespace sluice::lcore
