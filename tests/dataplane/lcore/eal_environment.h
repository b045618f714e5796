#pragma once

#include "dataplane/source/packet_pool.h"

namespace sluice::test {

/// EAL without huge pages, started once for the whole test program, and its packet buffers.
rte_mempool* packet_pool();
rte_mempool* large_pool();

/// How many buffers of both pools are out.
unsigned buffers_out();

}  // namespace sluice::test
