// Every kernel, compiled for the instruction set of the including file. No include guards: each file
// in variants/ is a translation unit of its own and includes this once.
#include "../elementwise_scratch.h"
#include "../reduce_scratch.h"
#include "vector.h"
#include "mathematics.h"
#include "power.h"
#include "elementwise_operations.h"
#include "elementwise_plan.h"
#include "elementwise_sums.h"
#include "elementwise.h"
#include "reduce_slices.h"
#include "reduce.h"
#include "moments.h"
#include "normalized_pooling.h"
#include "normalized_activation.h"
#include "softmax.h"
#include "cross_entropy.h"
#include "strided_copy.h"
#include "gather.h"
#include "affine_resample.h"
#include "all_finite.h"
#include "random.h"

const thaw_kernel_table THAW_TABLE = {
    .name = THAW_TABLE_NAME,
    .elementwise = elementwise_run,
    .reduce = reduce_run,
    .moments = moments_run,
    .normalized_pooling = normalized_pooling_run,
    .normalized_pooling_gradient = normalized_pooling_gradient_run,
    .normalized_activation = normalized_activation_run,
    .normalized_activation_sums = normalized_activation_sums_run,
    .normalized_activation_gradient = normalized_activation_gradient_run,
    .softmax = softmax_run,
    .sparse_cross_entropy = sparse_cross_entropy_run,
    .sparse_cross_entropy_gradient = sparse_cross_entropy_gradient_run,
    .strided_copy = strided_copy_run,
    .fill = fill_run,
    .gather = gather_run,
    .scatter_add = scatter_add_run,
    .one_hot = one_hot_run,
    .affine_resample = affine_resample_run,
    .affine_resample_gradient = affine_resample_gradient_run,
    .all_finite = all_finite_run,
    .random = random_run,
};
