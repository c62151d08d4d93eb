// The kernels for x86-64-v4: AVX-512, vectors of 16.
#include "../kernel_support.h"

#if THAW_X86_64

#pragma clang diagnostic ignored "-Wpsabi"
// Without min_vector_width the compiler splits every vector into two of 256 bits.
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)

#define THAW_LANES 16
#define THAW_TABLE thaw_kernels_x86_64_v4
#define THAW_TABLE_NAME "x86-64-v4"
#include "../loops/all_kernels.h"

#pragma clang attribute pop

#endif
