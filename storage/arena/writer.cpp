#include "storage/arena/writer.h"
