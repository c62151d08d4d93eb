// The kernels for any processor: SSE2 on x86-64, NEON on arm64.
#include "../kernel_support.h"

#pragma clang diagnostic ignored "-Wpsabi"

#define THAW_LANES 4
#define THAW_TABLE thaw_kernels_baseline
#define THAW_TABLE_NAME "baseline"
#include "../loops/all_kernels.h"
