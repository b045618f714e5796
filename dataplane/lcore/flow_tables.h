#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "dataplane/lcore/quiescence.h"
#include "dataplane/net/flow_table.h"

namespace sluice::lcore {

/// The flow table of each input. A new one takes the place of the old by one store; the old one
/// goes once every receiving lcore has let go of it. One slow thread publishes, any lcore reads.
class FlowTables {
 public:
  /// Every input begins with an empty table. @param quiescence  of the lcores that read; outlives
  /// this
  FlowTables(size_t inputs, Quiescence& quiescence);

  /// Where lcores find an input's table. Never null.
  const std::atomic<const net::FlowTable*>& of(size_t input) const { return current_[input]; }

  void publish(size_t input, std::vector<net::FlowRule> rules);

  /// Frees tables that nobody can be reading any more. Now and then. @return how many are left
  size_t collect();

 private:
  struct Retired {
    std::unique_ptr<const net::FlowTable> table;
    Quiescence::Token token;
  };
  Quiescence& quiescence_;
  std::vector<std::unique_ptr<const net::FlowTable>> tables_;
  std::unique_ptr<std::atomic<const net::FlowTable*>[]> current_;
  std::vector<Retired> retired_;
};

}  // namespace sluice::lcore
