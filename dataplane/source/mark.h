#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <cstdint>

#include "config/base/result.h"

namespace sluice::source {

/// What travels with an mbuf from the receiver to the segmenter.
struct Mark {
  int64_t arrival_ns;  ///< UTC
  uint32_t stream;
};

/// Where marks lie in an mbuf; set by reserve_mark().
inline int mark_offset = -1;

/// Reserves room for marks in every mbuf. Once, after EAL is up, before packets flow.
Status reserve_mark();

inline Mark& mark_of(rte_mbuf* mbuf) noexcept {
  return *RTE_MBUF_DYNFIELD(mbuf, mark_offset, Mark*);
}

}  // namespace sluice::source
