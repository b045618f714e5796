#include "dataplane/source/port_counters.h"

#include <rte_ethdev.h>

#include <algorithm>

#include "dataplane/source/xstats.h"

namespace sluice::source {
namespace {

/// Some drivers reset their counters when something is changed about the port.
void grow(uint64_t& shown, uint64_t value) {
  shown = std::max(shown, value);
}

}  // namespace

void PortCounters::begin(uint16_t id) {
  id_ = id;
  list_xstats();
}

void PortCounters::end() {
  read();
  id_.reset();
  before_ = now_;
  xstats_before_ = xstats_now_;
}

NicCounters PortCounters::counters() {
  read();
  return now_;
}

void PortCounters::read() {
  rte_eth_stats stats{};
  if (!id_ || ::rte_eth_stats_get(*id_, &stats) != 0) {
    return;
  }
  grow(now_.missed, before_.missed + stats.imissed);
  grow(now_.errors, before_.errors + stats.ierrors);
  grow(now_.no_mbuf, before_.no_mbuf + stats.rx_nombuf);
}

void PortCounters::list_xstats() {
  std::vector<std::string> names;
  const int count = ::rte_eth_xstats_get_names(*id_, nullptr, 0);
  std::vector<rte_eth_xstat_name> all(static_cast<size_t>(std::max(0, count)));
  if (::rte_eth_xstats_get_names(*id_, all.data(), static_cast<unsigned>(all.size())) == count) {
    for (const rte_eth_xstat_name& one : all) {
      names.emplace_back(one.name);
    }
  }
  xstat_ids_.clear();
  xstats_now_.clear();
  for (const size_t index : choose_xstats(names, arena::PortXstats::kMost)) {
    const auto known =
        std::find_if(xstats_before_.begin(), xstats_before_.end(),
                     [&](const Xstat& before) { return before.name == names[index]; });
    xstat_ids_.push_back(index);
    xstats_now_.push_back({names[index], known != xstats_before_.end() ? known->value : 0});
  }
  xstats_before_ = xstats_now_;
}

std::vector<Xstat> PortCounters::xstats() {
  std::vector<uint64_t> values(xstat_ids_.size());
  const auto count = static_cast<unsigned>(values.size());
  if (id_ && count != 0 &&
      ::rte_eth_xstats_get_by_id(*id_, xstat_ids_.data(), values.data(), count) ==
          static_cast<int>(count)) {
    for (size_t i = 0; i < count; ++i) {
      grow(xstats_now_[i].value, xstats_before_[i].value + values[i]);
    }
  }
  return xstats_now_;
}

}  // namespace sluice::source
