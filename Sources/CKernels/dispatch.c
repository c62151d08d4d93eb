// The public functions: each goes to the kernel of the best instruction set this processor has.
#include <stdlib.h>

#include "kernel_support.h"

static const thaw_kernel_table *kernels = &thaw_kernels_baseline;

#if THAW_X86_64
// THAW_INSTRUCTION_SET=baseline or x86-64-v3 asks for less than the processor has, to test the others.
__attribute__((constructor)) static void choose_kernels(void) {
    __builtin_cpu_init();
    const char *wanted = getenv("THAW_INSTRUCTION_SET");
    if (wanted && strcmp(wanted, "baseline") == 0) return;
    if (__builtin_cpu_supports("x86-64-v3")) kernels = &thaw_kernels_x86_64_v3;
    if (wanted && strcmp(wanted, "x86-64-v3") == 0) return;
    if (__builtin_cpu_supports("x86-64-v4")) kernels = &thaw_kernels_x86_64_v4;
}
#endif

void thaw_elementwise_run(void *context) { kernels->elementwise(context); }
void thaw_reduce_run(void *context) { kernels->reduce(context); }
void thaw_moments_run(void *context) { kernels->moments(context); }
void thaw_normalized_pooling_run(void *context) { kernels->normalized_pooling(context); }
void thaw_normalized_pooling_gradient_run(void *context) { kernels->normalized_pooling_gradient(context); }
void thaw_normalized_activation_run(void *context) { kernels->normalized_activation(context); }
void thaw_normalized_activation_sums_run(void *context) { kernels->normalized_activation_sums(context); }
void thaw_normalized_activation_gradient_run(void *context) {
    kernels->normalized_activation_gradient(context);
}
void thaw_softmax_run(void *context) { kernels->softmax(context); }
void thaw_sparse_cross_entropy_run(void *context) { kernels->sparse_cross_entropy(context); }
void thaw_sparse_cross_entropy_gradient_run(void *context) {
    kernels->sparse_cross_entropy_gradient(context);
}
void thaw_strided_copy_run(void *context) { kernels->strided_copy(context); }
void thaw_fill_run(void *context) { kernels->fill(context); }
void thaw_gather_run(void *context) { kernels->gather(context); }
void thaw_scatter_add_run(void *context) { kernels->scatter_add(context); }
void thaw_one_hot_run(void *context) { kernels->one_hot(context); }
void thaw_affine_resample_run(void *context) { kernels->affine_resample(context); }
void thaw_affine_resample_gradient_run(void *context) { kernels->affine_resample_gradient(context); }
void thaw_all_finite_run(void *context) { kernels->all_finite(context); }
void thaw_random_run(void *context) { kernels->random(context); }
