#include "thaw_kernels.h"

void thaw_steps_run(const thaw_step *steps, int64_t count) {
    for (int64_t i = 0; i < count; i++) steps[i].run(steps[i].context);
}

static void run_list(void *context, int32_t index, int32_t count) {
    const thaw_step_lists *lists = context;
    // Called serially the one thread runs every list.
    for (int32_t i = index; i < lists->count; i += count) thaw_steps_run(lists->lists[i].steps, lists->lists[i].count);
}

void thaw_step_lists_run(void *context) {
    const thaw_step_lists *lists = context;
    thaw_parallel(run_list, context, lists->count);
}
