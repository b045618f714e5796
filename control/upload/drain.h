#pragma once

#include "config/base/stop_signal.h"
#include "control/upload/archiver.h"

namespace sluice::upload {

/// The orderly end: goes on until everything that is sealed is stored and published and the
/// dataplane has ended. A dataplane that goes on keeps it only for a few seconds: the arena holds
/// what comes. Gives up when the store has been away for ten seconds, or at a second signal; what
/// is left stays in the arena for the next start, and that is said.
/// @return whether everything is stored and published
bool drain(Archiver& archiver, const Clock& clock, StopSignal& stop);

}  // namespace sluice::upload
