#include "dataplane/lcore/flow_tables.h"

#include <utility>

namespace sluice::lcore {

FlowTables::FlowTables(size_t inputs, Quiescence& quiescence)
    : quiescence_(quiescence), current_(new std::atomic<const net::FlowTable*>[inputs]()) {
  for (size_t i = 0; i < inputs; ++i) {
    tables_.push_back(std::make_unique<const net::FlowTable>(std::vector<net::FlowRule>()));
    current_[i].store(tables_.back().get(), std::memory_order_release);
  }
}

void FlowTables::publish(size_t input, std::vector<net::FlowRule> rules) {
  auto fresh = std::make_unique<const net::FlowTable>(std::move(rules));
  current_[input].store(fresh.get(), std::memory_order_release);
  std::swap(tables_[input], fresh);
  retired_.push_back({std::move(fresh), quiescence_.begin()});
}

size_t FlowTables::collect() {
  std::erase_if(retired_, [this](const Retired& old) { return quiescence_.over(old.token); });
  return retired_.size();
}

}  // namespace sluice::lcore
