// How much scratch memory kernels need.
#include "elementwise_scratch.h"
#include "reduce_scratch.h"

size_t thaw_elementwise_scratch_bytes(const thaw_elementwise *program) {
    int64_t threads = program->threads < 1 ? 1 : program->threads;
    return (size_t)(threads * thaw_plan_blocks(program).thread_bytes);
}

size_t thaw_reduce_scratch_bytes(const thaw_reduce *reduce) {
    thaw_reduce_plan plan = thaw_plan_reduce(reduce);
    return (size_t)(plan.threads * plan.thread_bytes);
}

size_t thaw_moments_scratch_bytes(const thaw_moments *moments) {
    return (size_t)(thaw_moments_threads(moments) * thaw_moments_thread_bytes(moments));
}

size_t thaw_normalized_activation_sums_scratch_bytes(const thaw_normalized_activation_sums *work) {
    return (size_t)(thaw_column_sums_threads(work->threads, work->rows)
        * thaw_column_sums_thread_bytes(work->columns, 2));
}

size_t thaw_normalized_activation_gradient_scratch_bytes(const thaw_normalized_activation_gradient *work) {
    return (size_t)(thaw_column_sums_threads(work->threads, work->rows)
        * thaw_column_sums_thread_bytes(work->columns, 1));
}
