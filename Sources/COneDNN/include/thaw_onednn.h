// A narrow shim over oneDNN's C API, the same for 2.6 and for 3.x.
//
// A thaw_primitive is one oneDNN primitive with its arguments. It is created from plain dimensions, queried for the
// layouts it chose, bound to memory once, and then run without look-ups. All tensors are float32. Not thread-safe: used
// from one thread.
#ifndef THAW_ONEDNN_H
#define THAW_ONEDNN_H

#include <stddef.h>
#include <stdint.h>

typedef struct thaw_primitive thaw_primitive;

enum { THAW_ONEDNN_MAXIMUM_RANK = 6 };

/// Sizes and strides in elements of a float32 tensor. rank 0 means: no such tensor.
///
/// Without padding: Swift 6.3, when it optimizes, lays out constant arrays of structures that hold a padded one wrongly.
typedef struct {
    int32_t rank;
    /// 1: oneDNN chooses the layout (strides are ignored).
    int32_t any;
    /// Not null: the layout, and the sizes, that this primitive chose for its argument `like_argument`.
    const thaw_primitive *like;
    int64_t like_argument;
    int64_t sizes[THAW_ONEDNN_MAXIMUM_RANK];
    int64_t strides[THAW_ONEDNN_MAXIMUM_RANK];
} thaw_layout;
_Static_assert(sizeof(thaw_layout) == (3 + 2 * THAW_ONEDNN_MAXIMUM_RANK) * 8, "thaw_layout has padding");

/// What is applied to the result before it is stored.
enum {
    THAW_POST_RELU = 0,      // alpha: negative slope
    THAW_POST_ELU,           // alpha
    THAW_POST_TANH,
    THAW_POST_SIGMOID,
    THAW_POST_SWISH,
    THAW_POST_GELU,          // exact
    THAW_POST_GELU_TANH,
    THAW_POST_EXPONENTIAL,
    THAW_POST_LINEAR,        // alpha x + beta
    THAW_POST_CLIP,          // alpha ... beta
    THAW_POST_ADD,           // adds a tensor of `operand` layout
    THAW_POST_SUM            // adds what the destination holds
};

typedef struct {
    int32_t kind;
    float alpha, beta;
    thaw_layout operand;     // THAW_POST_ADD only
} thaw_post_operation;

/// Which argument of a primitive.
enum {
    THAW_ARGUMENT_SOURCE = 0, THAW_ARGUMENT_WEIGHTS, THAW_ARGUMENT_BIAS, THAW_ARGUMENT_DESTINATION,
    THAW_ARGUMENT_WORKSPACE,
    THAW_ARGUMENT_SCRATCHPAD,
    THAW_ARGUMENT_POST_OPERAND,  // + index of the post operation
    THAW_ARGUMENT_COUNT = THAW_ARGUMENT_POST_OPERAND + 8
};

/// Windows over height and width.
typedef struct {
    int64_t kernel[2], strides[2], dilation[2];  // dilation 1 is dense
    int64_t padding_before[2], padding_after[2];
} thaw_window;

/// 0 if oneDNN works here, else its status. Call it first on each thread that runs primitives: it also makes that thread
/// flush denormal numbers to zero.
int32_t thaw_onednn_initialize(void);

/// The version of the library in use: major * 10000 + minor * 100 + patch.
int32_t thaw_onednn_version(void);

/// How many primitives exist now; tests count on it to return to where it was.
int64_t thaw_onednn_live_primitives(void);

// Each returns null where oneDNN has no implementation or only its slow reference one (then message says so). `threads` is
// how many threads the primitive is made for and always runs on.

thaw_primitive *thaw_matmul_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_post_operation *post, int32_t post_count, int32_t threads);

/// c = transpose(a) b, all row-major.
typedef struct {
    const float *a;  // [depth, rows]
    const float *b;  // [depth, columns]
    float *c;        // [rows, columns]
    int64_t rows, columns, depth;
    int32_t threads;
} thaw_transposed_product;

/// Runs it; `context` is a thaw_transposed_product. A failure is remembered in thaw_onednn_take_status.
void thaw_transposed_product_run(void *context);

/// source nchw-ordered sizes (with nhwc strides), weights oihw or goihw sizes. `winograd`, here and for the gradients, asks
/// for Winograd's algorithm, which oneDNN has for few shapes and in layouts of its own choice.
thaw_primitive *thaw_convolution_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_window *window, int32_t winograd, const thaw_post_operation *post, int32_t post_count, int32_t threads);

/// SOURCE is the gradient that is written, DESTINATION the gradient that arrives.
thaw_primitive *thaw_convolution_backward_data_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *destination, const thaw_window *window,
    int32_t winograd, int32_t threads);

/// WEIGHTS (and BIAS, when its rank is not 0) are the gradients that are written.
thaw_primitive *thaw_convolution_backward_weights_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_window *window, int32_t winograd, int32_t threads);

/// training: 1 keeps a workspace for the backward pass of maximum pooling.
thaw_primitive *thaw_pooling_create(
    const thaw_layout *source, const thaw_layout *destination, const thaw_window *window,
    int32_t maximum, int32_t training, int32_t threads);

thaw_primitive *thaw_pooling_backward_create(
    const thaw_layout *source, const thaw_layout *destination, const thaw_window *window,
    int32_t maximum, int32_t threads);

/// A copy from one layout to another. SOURCE to DESTINATION.
thaw_primitive *thaw_reorder_create(const thaw_layout *from, const thaw_layout *to, int32_t threads);

/// Bytes of an argument in the layout the primitive chose; 0 if it has no such argument.
size_t thaw_primitive_bytes(const thaw_primitive *primitive, int32_t argument);

/// Whether the layout that the primitive chose for an argument is exactly `layout`.
int32_t thaw_primitive_matches(const thaw_primitive *primitive, int32_t argument, const thaw_layout *layout);

/// The name of the implementation, for example brg:avx512_core. Lives as long as the primitive.
const char *thaw_primitive_implementation(const thaw_primitive *primitive);

/// Binds memory to an argument.
void thaw_primitive_bind(thaw_primitive *primitive, int32_t argument, void *data);

/// Runs it; `context` is a thaw_primitive. A failure is remembered in thaw_onednn_take_status.
void thaw_primitive_run(void *context);

/// The first failed status since the last call, and clears it; 0 is success.
int32_t thaw_onednn_take_status(void);

void thaw_primitive_destroy(thaw_primitive *primitive);

#endif
