#include "storage/arena/reader.h"
