#pragma once

#include "config/base/result.h"
#include "storage/catalog/database.h"

namespace sluice::catalog {

/// Brings a database to the schema of this program, step by step, in one transaction. Makes it from
/// nothing. Fails on a newer schema, and on a file that is not a catalog of ours.
Status migrate(Database& database);

}  // namespace sluice::catalog
