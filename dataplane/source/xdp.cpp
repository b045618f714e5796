#include "dataplane/source/xdp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include <array>
#include <cstdarg>
#include <cstdio>

#include "dataplane/source/dpdk_log.h"

namespace sluice::source {
namespace {

int take(const char* format, va_list arguments) {
  std::array<char, 512> text{};
  const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
  DpdkLog::take(text.data());
  return length;
}

}  // namespace

void hear_xdp_libraries() {
  ::libbpf_set_print([](libbpf_print_level level, const char* format, va_list arguments) {
    return level == LIBBPF_DEBUG ? 0 : take(format, arguments);
  });
  ::libxdp_set_print([](libxdp_print_level level, const char* format, va_list arguments) {
    return level == LIBXDP_DEBUG ? 0 : take(format, arguments);
  });
}

std::optional<std::string> xdp_program_on(unsigned interface_index) {
  uint32_t id = 0;
  if (::bpf_xdp_query_id(static_cast<int>(interface_index), 0, &id) != 0 || id == 0) {
    return std::nullopt;
  }
  const int fd = ::bpf_prog_get_fd_by_id(id);
  bpf_prog_info info{};
  uint32_t size = sizeof info;
  const bool known = fd >= 0 && ::bpf_obj_get_info_by_fd(fd, &info, &size) == 0;
  if (fd >= 0) {
    ::close(fd);
  }
  return known ? info.name : "number " + std::to_string(id);
}

}  // namespace sluice::source
