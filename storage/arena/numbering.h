#pragma once

#include "storage/arena/layout.h"

namespace sluice::arena {

/// Gives a filled segment its numbers and hands it to control. A crash between any two steps leaves
/// either a filling segment, which is numbered anew with the same numbers, or a sealed one, from
/// which `catch_up` sets the entry right.
void seal_segment(Header& header, StreamEntry& entry, Descriptor& descriptor) noexcept;

/// Moves an entry's next numbers behind those of a segment that has been sealed.
void catch_up(StreamEntry& entry, const Descriptor& sealed) noexcept;

}  // namespace sluice::arena
