// What the C files of this folder share: the table of kernels and the threads.
//
// Every kernel is written once, in loops/, with vectors of a compile-time width. variants/ compiles
// all of them once per instruction set; dispatch.c picks one table of them when the process starts.
#ifndef THAW_KERNEL_SUPPORT_H
#define THAW_KERNEL_SUPPORT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "thaw_kernels.h"

#if defined(__x86_64__)
#define THAW_X86_64 1
#include <immintrin.h>
#else
#define THAW_X86_64 0
#endif

/// The kernels compiled for one instruction set.
typedef struct {
    const char *name;
    thaw_step_function elementwise, reduce, moments, normalized_pooling, normalized_pooling_gradient,
        normalized_activation, normalized_activation_sums, normalized_activation_gradient, softmax,
        sparse_cross_entropy, sparse_cross_entropy_gradient, strided_copy, fill, gather, scatter_add, one_hot,
        affine_resample, affine_resample_gradient, all_finite, random;
} thaw_kernel_table;

extern const thaw_kernel_table thaw_kernels_baseline;
#if THAW_X86_64
extern const thaw_kernel_table thaw_kernels_x86_64_v3;
extern const thaw_kernel_table thaw_kernels_x86_64_v4;
#endif

/// The part of 0 ..< total, in whole multiples of `grain`, that belongs to one of `count` threads.
typedef struct {
    int64_t begin, end;
} thaw_range;

static inline thaw_range thaw_partition(int64_t total, int64_t grain, int32_t index, int32_t count) {
    int64_t units = (total + grain - 1) / grain;
    int64_t begin = units * index / count * grain, end = units * (index + 1) / count * grain;
    return (thaw_range){begin < total ? begin : total, end < total ? end : total};
}

/// Threads that are worth having for `total` units of work.
static inline int32_t thaw_useful_threads(int32_t threads, int64_t total) {
    if (threads < 1) return 1;
    return total < threads ? (total > 1 ? (int32_t)total : 1) : threads;
}

static inline int64_t thaw_minimum(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t thaw_maximum(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t thaw_round_up(int64_t value, int64_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

#endif
