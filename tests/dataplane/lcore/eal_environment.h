#pragma once

#include "dataplane/source/packet_pool.h"

namespace sluice::test {

/// EAL without huge pages, started once for the whole test program, and a pool of packet buffers.
rte_mempool* packet_pool();

/// How many buffers of the pool are out.
unsigned buffers_out();

}  // namespace sluice::test
