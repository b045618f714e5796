#pragma once

#include <optional>
#include <string>

namespace sluice::source {

/// Has libbpf and libxdp, on which the driver net_af_xdp stands, speak to the DpdkLog and not to
/// stderr.
void hear_xdp_libraries();

/// The name of the XDP program on an interface, if there is one.
std::optional<std::string> xdp_program_on(unsigned interface_index);

/// What libxdp calls the program that hands frames to AF_XDP sockets.
inline constexpr char kXskProgram[] = "xsk_def_prog";

}  // namespace sluice::source
