#include "dataplane/lcore/dataplane.h"

#include <rte_cycles.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <thread>

#include "config/arena_size.h"
#include "config/base/log.h"

namespace sluice::lcore {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 5ms;

Housekeeper::Monotonic now() {
  return std::chrono::steady_clock::now();
}

source::EalSpec eal_spec(const LcorePlan& lcores, const source::SourcePlan& plan) {
  source::EalSpec spec{.arguments = plan.eal,
                       .main_cpu = lcores.main_cpu,
                       .worker_cpus = {},
                       .memory = memory_needed(lcores, plan)};
  for (const WorkerPlan& worker : lcores.workers) {
    spec.worker_cpus.push_back(worker.cpu);
  }
  return spec;
}

/// Takes the dataplane's role. The kernel needs a second or so to bury a predecessor that was
/// killed, with all of its memory, before it gives the lock up.
Result<FileLock> take_role(const std::filesystem::path& folder) {
  constexpr auto kBurial = 3s;
  const auto deadline = now() + kBurial;
  while (true) {
    auto lock = FileLock::take(arena::dataplane_lock_path(folder));
    if (lock || now() >= deadline) {
      return lock;
    }
    std::this_thread::sleep_for(20ms);
  }
}

/// The configuration's streams with what was changed by command before.
config::Roll streams_in_force(const config::Appliance& appliance) {
  const auto last = config::read_roll(config::roll_path(appliance.arena.path));
  if (!last && last.error().next != Next::kNotFound) {
    spdlog::error("{}; streams that were changed by command are as in the configuration again",
                  last.error().message);
  }
  return config::call_roll(appliance.streams, last.value_or(config::Roll()));
}

}  // namespace

Result<std::unique_ptr<Dataplane>> Dataplane::set_up(config::Appliance appliance,
                                                     std::filesystem::path file) {
  config::Roll roll = streams_in_force(appliance);
  appliance.streams = roll.streams();
  auto plan = source::plan_sources(appliance);
  if (!plan) {
    return fail(plan.error());
  }
  auto lcores =
      plan_lcores(appliance.dataplane.lcores, usable_cpus(), plan->live && !plan->files.empty());
  if (!lcores) {
    return fail(lcores.error());
  }
  auto arguments = source::eal_arguments(eal_spec(*lcores, *plan), source::huge_pages());
  if (!arguments) {
    return fail(arguments.error());
  }
  const auto& folder = appliance.arena.path;
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) {
    return fail("cannot make the arena's folder " + folder.string() + ": " + code.message());
  }
  auto lock = take_role(folder);
  if (!lock) {
    return fail(lock.error());
  }
  auto stats = arena::StatsFile::create(arena::stats_path(folder));
  if (!stats) {
    return fail(stats.error());
  }
  std::unique_ptr<Dataplane> dataplane(new Dataplane(
      std::move(appliance), std::move(file), std::move(roll), std::move(*lock), std::move(*stats)));
  dataplane->plan_ = std::move(*plan);
  dataplane->lcores_ = std::move(*lcores);
  if (auto up = dataplane->set_up_sources(); !up) {
    return fail(up.error());
  }
  if (auto up = dataplane->set_up_arena(); !up) {
    return fail(up.error());
  }
  if (auto up = dataplane->set_up_streams(); !up) {
    return fail(up.error());
  }
  return dataplane;
}

Status Dataplane::set_up_sources() {
  auto eal = source::Eal::start(eal_spec(lcores_, plan_));
  if (!eal) {
    return fail(eal.error());
  }
  eal_ = std::move(*eal);
  auto pool = source::make_pool(pool_spec(lcores_, plan_));
  if (!pool) {
    return fail(pool.error());
  }
  pool_ = std::move(*pool);
  if (!plan_.inputs.empty()) {
    auto large = source::make_large_pool();
    if (!large) {
      return fail(large.error());
    }
    large_pool_ = std::move(*large);
  }
  auto inputs = source::Inputs::open(appliance_, plan_, pool_.get());
  if (!inputs) {
    return fail(inputs.error());
  }
  inputs_ = std::move(*inputs);
  clock_.emplace(::rte_get_tsc_hz());
  const ClockPair clocks = read_clocks();
  clock_->publish(clocks.tsc, clocks.utc_ns);
  return {};
}

Status Dataplane::set_up_arena() {
  arena::StatsPage& page = *stats_;
  page.ready.set(0);
  page.sources_ended.set(0);
  page.huge_pages.set(eal_->uses_huge_pages() ? 1 : 0);
  slots_.emplace(page);
  if (const uint64_t lost = account_for_restart(page); lost > 0) {
    spdlog::warn("{} datagrams were on their way when the last dataplane ended, and are lost",
                 lost);
  }
  auto arena =
      arena::ArenaWriter::open({.folder = appliance_.arena.path,
                                .size = config::arena_bytes(appliance_),
                                .least = std::min(config::least_arena_bytes(appliance_.streams),
                                                  config::arena_bytes(appliance_))});
  if (!arena) {
    return fail(arena.error());
  }
  arena_ = std::move(*arena);
  const arena::Recovery& recovery = arena_->recovery();
  if (!recovery.sealed_now.empty()) {
    spdlog::warn("sealed {} segments that the last dataplane left open",
                 recovery.sealed_now.size());
  }
  for (const std::string& stream : recovery.sealed_now) {
    const auto slot = std::ranges::find(page.streams, stream, [](const arena::StreamStats& stats) {
      return std::string_view(stats.name);
    });
    if (slot != page.streams.end()) {
      slot->segments_sealed.add();
    }
  }
  if (!recovery.kept_for_want_of_memory.empty()) {
    spdlog::warn("the arena that is there goes on in use: {}", recovery.kept_for_want_of_memory);
  }
  page.chunks.set(arena_->chunk_count());
  page.chunk_bytes.set(arena_->chunk_bytes());
  page.chunks_free.set(arena_->chunks_free());
  return {};
}

Status Dataplane::set_up_streams() {
  std::set<std::string, std::less<>> names;
  for (const config::Stream& stream : appliance_.streams) {
    names.insert(stream.name.str());
  }
  slots_->keep_only(names);
  room_.emplace(*arena_, 0);
  make_housekeeper();
  auto pipeline = Pipeline::build({.appliance = appliance_,
                                   .lcores = lcores_,
                                   .plan = plan_,
                                   .inputs = *inputs_,
                                   .pool = pool_.get(),
                                   .large_pool = large_pool_.get(),
                                   .clock = *clock_,
                                   .room = *room_,
                                   .page = *stats_,
                                   .slots = *slots_});
  if (!pipeline) {
    return fail(pipeline.error());
  }
  pipeline_ = std::move(*pipeline);
  roster_.emplace(RosterParts{.appliance = appliance_,
                              .plan = plan_,
                              .inputs = *inputs_,
                              .pool = pool_.get(),
                              .arena = *arena_,
                              .slots = *slots_,
                              .pipeline = *pipeline_,
                              .housekeeper = *housekeeper_});
  if (auto prepared = roster_->wanted().prepare(appliance_.streams); !prepared) {
    return prepared;
  }
  return write_roll(config::roll_path(appliance_.arena.path), roll_);
}

bool Dataplane::wait_for_numbers(StopSignal& stop) {
  roster_->commit();
  roster_->tick();
  bool said = false;
  while (!roster_->entered()) {
    if (!said) {
      spdlog::info("waiting for sluice-control to tell where the numbers of segments go on");
      said = true;
    }
    if (stop.wait(kTick)) {
      return false;
    }
    roster_->tick();
  }
  return true;
}

Result<bool> Dataplane::start(StopSignal& stop) {
  if (auto joined = roster_->wanted().join_wanted(); !joined) {
    return fail(joined.error());
  }
  housekeeper_->tick(now());
  pipeline_->launch();
  while (!roster_->settled()) {
    do_chores();
    roster_->tick();
    if (stop.wait(1ms)) {
      return false;
    }
  }
  room_->set_reserve(reserve());
  inputs_->discard_backlog();
  pipeline_->open_inputs();
  if (auto taken = take_commands(); !taken) {
    return fail(taken.error());
  }
  stats_->started_ns.set(stats_->heartbeat_ns.get());
  stats_->starts.add();
  stats_->ready.set(1);
  return true;
}

Status Dataplane::take_commands() {
  commands_.emplace(StreamCommands::Parts{.file = file_,
                                          .appliance = appliance_,
                                          .errands = errands_,
                                          .roster = *roster_,
                                          .page = *stats_},
                    roll_);
  auto server = CommandServer::start(
      arena::command_socket_path(appliance_.arena.path), arena::kLongestRequest,
      {.answer = [this](std::string_view line) { return commands_->answer(line); },
       .woken = [this] { commands_->reload(); }});
  if (!server) {
    return fail(server.error());
  }
  server_ = std::move(*server);
  return {};
}

/// Chunks that files leave free: each stream may be about to open a segment, and a ring's worth of
/// datagrams is on its way.
uint32_t Dataplane::reserve() const {
  constexpr uint32_t kOnTheWay = 16;
  const auto wanted = static_cast<uint32_t>(roster_->wanted().all().size()) * 2 + kOnTheWay;
  return std::min(wanted, arena_->chunk_count() / 4);
}

void Dataplane::make_housekeeper() {
  housekeeper_.emplace(*stats_, *arena_, *clock_, *room_);
  for (const auto& open : inputs_->sources()) {
    if (open.source->queue() != 0) {
      continue;
    }
    if (auto slot = slots_->port(open.source->device()); slot) {
      housekeeper_->watch({*open.source, **slot, slots_->xstats_of(**slot)});
    }
  }
}

void Dataplane::do_chores() {
  const auto time = now();
  housekeeper_->tick(time);
  pipeline_->hear_membership(time);
  inputs_->tick(time);
}

bool Dataplane::run(StopSignal& stop) {
  while (!stop.wait(roster_->settled() ? kTick : 1ms) && !pipeline_->sources_ended()) {
    if (stop.take_hang_up()) {
      server_->wake();
    }
    errands_.do_pending();
    do_chores();
    roster_->tick();
    room_->set_reserve(reserve());
  }
  errands_.close();
  server_.reset();
  inputs_->leave_groups();
  pipeline_->stop([this, &stop] {
    stop.wait(1ms);
    do_chores();
  });
  const std::vector<std::string> failures = pipeline_->failures();
  for (const std::string& failure : failures) {
    spdlog::error("{}", failure);
  }
  housekeeper_->last_tick(now());
  stats_->sources_ended.set(pipeline_->sources_ended() ? 1 : 0);
  stats_->ready.set(0);
  return failures.empty();
}

Dataplane::~Dataplane() {
  errands_.close();
  server_.reset();
  if (pipeline_ && pipeline_->launched()) {
    pipeline_->stop([] { std::this_thread::sleep_for(1ms); });
  }
  // Mbufs go back to the pool before it goes, and all of DPDK's things before EAL.
  roster_.reset();
  housekeeper_.reset();
  pipeline_.reset();
  inputs_.reset();
  large_pool_.reset();
  pool_.reset();
  eal_.reset();
}

}  // namespace sluice::lcore
