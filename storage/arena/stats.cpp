#include "storage/arena/stats.h"
