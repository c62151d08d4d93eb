// How reductions are divided among threads, and what scratch memory that takes.
#ifndef THAW_REDUCE_SCRATCH_H
#define THAW_REDUCE_SCRATCH_H

#include "kernel_support.h"

enum { THAW_SPLIT_OUTER, THAW_SPLIT_INNER, THAW_SPLIT_REDUCED };

/// Columns that one thread takes at a time.
enum { THAW_REDUCE_GRAIN = 64 };

typedef struct {
    int32_t split, threads;
    int64_t columns;       // of the sums a thread holds at a time
    int64_t thread_bytes;  // a double and an index for each of them
} thaw_reduce_plan;

static inline thaw_reduce_plan thaw_plan_reduce(const thaw_reduce *reduce) {
    thaw_reduce_plan plan = {.split = THAW_SPLIT_OUTER, .threads = reduce->threads < 1 ? 1 : reduce->threads};
    plan.columns = reduce->inner;
    if (reduce->outer < plan.threads) {
        if (reduce->inner >= (int64_t)THAW_REDUCE_GRAIN * plan.threads) {
            plan.split = THAW_SPLIT_INNER;
        } else if (reduce->reduced >= plan.threads) {
            plan.split = THAW_SPLIT_REDUCED;
            plan.columns = reduce->outer * reduce->inner;
        } else {
            plan.threads = thaw_useful_threads(plan.threads, reduce->outer);
        }
    }
    plan.thread_bytes = thaw_round_up(
        thaw_round_up(plan.columns, 16) * (int64_t)(sizeof(double) + sizeof(int32_t)), 128);
    return plan;
}

/// Rows whose float32 sums are merged in double: they are read twice, and stay in the cache.
static inline int64_t thaw_moments_chunk(int64_t columns) {
    return thaw_minimum(128, thaw_maximum(16, 8192 / columns));
}

static inline int32_t thaw_moments_threads(const thaw_moments *moments) {
    // Fewer rows than this for a thread are not worth a merge.
    return thaw_useful_threads(moments->threads, moments->rows / 16);
}

/// Mean and sum of squared deviations of each column, and its sum in a chunk.
static inline int64_t thaw_moments_thread_bytes(const thaw_moments *moments) {
    const int64_t each = 2 * (int64_t)sizeof(double) + (int64_t)sizeof(float);
    return thaw_round_up(thaw_round_up(moments->columns, 16) * each, 128);
}

enum { THAW_ACTIVATION_CHUNK = 32 };  // rows whose float32 sums are added in double

/// Fewer rows than this for a thread are not worth another one's sums.
static inline int32_t thaw_column_sums_threads(int32_t threads, int64_t rows) {
    return thaw_useful_threads(threads, rows / 16);
}

/// `count` sums of each column in double, and as many in float32.
static inline int64_t thaw_column_sums_thread_bytes(int64_t columns, int64_t count) {
    const int64_t each = count * (int64_t)(sizeof(double) + sizeof(float));
    return thaw_round_up(thaw_round_up(columns, 16) * each, 128);
}

#endif
