#include "storage/arena/layout.h"
