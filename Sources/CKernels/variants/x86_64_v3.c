// The kernels for x86-64-v3: AVX2 and FMA, vectors of 8.
#include "../kernel_support.h"

#if THAW_X86_64

#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)

#define THAW_LANES 8
#define THAW_TABLE thaw_kernels_x86_64_v3
#define THAW_TABLE_NAME "x86-64-v3"
#include "../loops/all_kernels.h"

#pragma clang attribute pop

#endif
