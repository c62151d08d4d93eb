#include "thaw_kernels.h"

void thaw_steps_run(const thaw_step *steps, int64_t count) {
    for (int64_t i = 0; i < count; i++) steps[i].run(steps[i].context);
}
