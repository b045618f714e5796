#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/result.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// Who has which slot of the stats page. A slot is found again by its name after a restart; one
/// that is given up adds what it counted to the page's `gone`, so that the totals still add up, and
/// can be taken anew. Belongs to the slow thread; a slot that is given up has no other writer any
/// more.
class StatsSlots {
 public:
  /// Takes up the page as a predecessor left it, even one that died while it gave a slot up.
  explicit StatsSlots(arena::StatsPage& page);

  /// The counters of a port's receive queue, or of a file, where a predecessor left them or in an
  /// unused slot. Each call takes the slot once more.
  Result<arena::PortStats*> port(std::string_view device, uint16_t queue = 0);
  /// The xstats of the port that has these counters.
  arena::PortXstats& xstats_of(const arena::PortStats& slot) const;
  /// The counters of a stream, likewise. kRetry if the page is full.
  Result<arena::StreamStats*> stream(std::string_view name);

  void give_up(arena::PortStats& slot);
  void give_up(arena::StreamStats& slot);

  /// Gives up slots of streams that are not among these: they left while no dataplane ran.
  void keep_only(const std::set<std::string, std::less<>>& streams);

 private:
  using Index = std::map<std::string, size_t, std::less<>>;

  void begin_giving_up(size_t place, uint64_t received, uint64_t committed,
                       const arena::Drops& drops);
  void finish_giving_up();
  size_t vacant_port();

  arena::StatsPage& page_;
  Index ports_;  // by port_key()
  Index streams_;
  std::vector<unsigned> port_takers_;  // by slot
  std::vector<size_t> vacant_streams_;
};

/// Counts what a dead predecessor had received and neither committed nor dropped as lost, so that
/// the counters add up again. @return how many datagrams
uint64_t account_for_restart(arena::StatsPage& page);

}  // namespace sluice::lcore
