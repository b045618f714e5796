#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "config/base/clock.h"
#include "storage/object/store.h"

namespace sluice::object {

/// How long to go on trying.
struct Patience {
  unsigned attempts = 8;      ///< with the first; 0 = without end
  bool even_refused = false;  ///< also what nobody but an operator can mend: wrong keys, no bucket
  std::chrono::milliseconds first_pause{
      200};  ///< upper bound of the first pause; doubles each time
  std::chrono::milliseconds longest_pause{20'000};
  std::chrono::seconds longest_asked{600};  ///< of a pause that the other side asks for

  /// For what must not be lost as long as it is held: whatever storage says, it is asked again.
  static Patience endless() { return {0, true}; }
};

/// A number from 0 up to, not including, 1. Injected for tests.
using Random = std::function<double()>;
Random system_random();

/// Exponential back-off with full jitter: evenly between nothing and the bound, so that many
/// clients do not come back together. A pause that the other side asked for goes in front.
/// @param failures  so far, from 1
std::chrono::nanoseconds backoff(const Patience& patience, unsigned failures,
                                 std::chrono::seconds retry_after, double random);

/// Told of each failed attempt that will be repeated, and in how long.
using OnRetry = std::function<void(const Error&, std::chrono::nanoseconds pause)>;

/// A store whose calls are repeated as `patience` has it; a completion runs once, with the last
/// outcome. That there is no such object is an answer to get, head and list, and not repeated.
/// @param clock  outlives the store
std::unique_ptr<ObjectStore> retrying(std::unique_ptr<ObjectStore> store, const Clock& clock,
                                      Patience patience, Random random = system_random(),
                                      OnRetry on_retry = {});

}  // namespace sluice::object
