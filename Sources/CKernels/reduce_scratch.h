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

enum { THAW_MOMENTS_CHUNK = 256 };  // rows whose float32 sums are merged in double

static inline int32_t thaw_moments_threads(const thaw_moments *moments) {
    // Fewer rows than this for a thread are not worth a merge.
    return thaw_useful_threads(moments->threads, moments->rows / 16);
}

/// Mean and sum of squared deviations of each column.
static inline int64_t thaw_moments_thread_bytes(const thaw_moments *moments) {
    return thaw_round_up(2 * thaw_round_up(moments->columns, 16) * (int64_t)sizeof(double), 128);
}

enum { THAW_ACTIVATION_CHUNK = 32 };  // rows whose float32 sums are added in double

static inline int32_t thaw_normalized_activation_sums_threads(const thaw_normalized_activation_sums *work) {
    return thaw_useful_threads(work->threads, work->rows / 16);
}

/// Two sums of each column in double, and two in float32.
static inline int64_t thaw_normalized_activation_sums_thread_bytes(
    const thaw_normalized_activation_sums *work
) {
    const int64_t each = 2 * (int64_t)(sizeof(double) + sizeof(float));
    return thaw_round_up(thaw_round_up(work->columns, 16) * each, 128);
}

#endif
