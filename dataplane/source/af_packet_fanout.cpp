#include "dataplane/source/af_packet_fanout.h"

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

namespace {

std::atomic<bool> without_reassembly = false;

}  // namespace

/// Stands before libc's function of this name in the whole program, drivers included.
extern "C" __attribute__((visibility("default"))) int setsockopt(int fd, int level, int option,
                                                                 const void* value,
                                                                 socklen_t size) noexcept {
  // packet(7): the identifier of the group in the low half, its mode and flags in the high one.
  constexpr int kReassemble = PACKET_FANOUT_FLAG_DEFRAG << 16;
  int fanout = 0;
  if (level == SOL_PACKET && option == PACKET_FANOUT && size == sizeof fanout &&
      without_reassembly) {
    std::memcpy(&fanout, value, sizeof fanout);
    fanout &= ~kReassemble;
    value = &fanout;
  }
  return static_cast<int>(::syscall(SYS_setsockopt, fd, level, option, value, size));
}

namespace sluice::source {

void leave_fragments_to_us() {
  without_reassembly = true;
}

}  // namespace sluice::source
