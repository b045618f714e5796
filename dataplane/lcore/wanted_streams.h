#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/source/input_plan.h"
#include "dataplane/source/inputs.h"
#include "storage/arena/writer.h"

namespace sluice::lcore {

/// Whether two streams take the same packets from the same place.
bool same_source(const config::Stream& a, const config::Stream& b);

/// Which streams are to be captured, with their groups. Another set is prepared, its groups are
/// joined, and then it is committed, or given up: so nothing is half-done when something about it
/// is wrong. Belongs to the slow thread.
class WantedStreams {
 public:
  using Set = std::map<std::string, config::Stream>;

  /// All outlive this.
  WantedStreams(const source::SourcePlan& plan, source::Inputs& inputs,
                const arena::ArenaWriter& arena, rte_mempool* pool);

  /// Checks what can fail about a new set: flows, files, room in the arena. Nothing is changed yet.
  Status prepare(const std::vector<config::Stream>& streams);
  /// Joins the groups of the prepared set, beside those of the old one. If that fails, everything
  /// is as before.
  Status join();
  /// The first time: joins the groups of what is wanted, right before packets are taken.
  Status join_wanted();
  /// The prepared set is wanted from now on. Groups that nobody wants any more are left.
  void commit();
  /// The prepared set is not wanted after all.
  void cancel();

  const Set& all() const { return wanted_; }
  /// Null if it is not wanted.
  const config::Stream* find(const std::string& name) const;

 private:
  Status check(const config::Stream& stream) const;
  Status want_groups(const Set& streams, const Set& also);

  const source::SourcePlan& plan_;
  source::Inputs& inputs_;
  const arena::ArenaWriter& arena_;
  rte_mempool* pool_;
  Set wanted_;
  Set prepared_;
  bool joined_ = false;
};

}  // namespace sluice::lcore
