#include "config/base/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace sluice {

Status keep_capabilities(const std::vector<int>& keep) noexcept {
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};  // 0: this thread
  if (::syscall(SYS_capget, &header, sets.data()) != 0) {
    return fail(system_error("cannot read capabilities", errno));
  }
  std::array<uint32_t, _LINUX_CAPABILITY_U32S_3> kept{};
  for (const int capability : keep) {
    kept[static_cast<size_t>(CAP_TO_INDEX(capability))] |= CAP_TO_MASK(capability);
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    sets[i].permitted &= kept[i];
    sets[i].effective &= kept[i];
    sets[i].inheritable = 0;  // ambient capabilities go with these
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_capset, &header, sets.data()) != 0) {
    return fail(system_error("cannot give up capabilities", errno));
  }
  return {};
}

}  // namespace sluice
