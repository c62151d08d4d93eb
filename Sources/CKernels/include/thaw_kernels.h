// Kernels for what oneDNN lacks, and the flat list of steps that one call runs.
//
// Every kernel is a context structure, filled once when an executable is compiled, and a function
// that takes a pointer to it. Nothing here allocates, locks or fails while it runs.
// Matrices are row-major; activations are channels last. `threads` is decided by the caller;
// the same number of threads gives the same bits on the same instruction set. Sizes are at least 1 unless said.
// The best instruction set is chosen when the process starts; the environment variable THAW_INSTRUCTION_SET
// (baseline, x86-64-v3) asks for less, for tests.
#ifndef THAW_KERNELS_H
#define THAW_KERNELS_H

#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- steps

typedef void (*thaw_step_function)(void *context);

typedef struct {
    thaw_step_function run;
    void *context;
} thaw_step;

/// Runs the steps in order.
void thaw_steps_run(const thaw_step *steps, int64_t count);

typedef struct {
    const thaw_step *steps;
    int64_t count;
} thaw_step_list;

/// Lists of steps that run side by side in one parallel region, each list in order on a thread of its own.
/// No step of a list may need what another list writes, nor start threads itself.
typedef struct {
    int32_t count;
    const thaw_step_list *lists;
} thaw_step_lists;
void thaw_step_lists_run(void *context /* thaw_step_lists */);

/// Runs body(context, index, count) on `threads` threads of the OpenMP pool that belongs to the
/// calling thread, the caller being index 0; serially (index 0 of 1) when threads < 2.
void thaw_parallel(void (*body)(void *context, int32_t index, int32_t count), void *context, int32_t threads);

/// How many threads the pool may use; 0 leaves the default. Affects oneDNN too, as both use OpenMP.
void thaw_set_threads(int32_t threads);
int32_t thaw_maximum_threads(void);

// ---------------------------------------------------------------- element types

/// How elements are stored. A bool is stored as a float32 of 0 or 1 inside the engine.
enum { THAW_FLOAT32 = 0, THAW_INT32 = 1, THAW_UINT8 = 2 };

// ---------------------------------------------------------------- elementwise programs

/// A fused elementwise computation: a short register program, run block by block so that
/// intermediate values stay in the first-level cache.
///
/// The iteration space is a matrix of `rows` x `columns`. A slot holds one block of values.
/// Slots 0 ..< input_count are the inputs; instructions write further slots.
enum {
    // r = op(a)
    THAW_OP_COPY = 0, THAW_OP_NEGATIVE, THAW_OP_ABSOLUTE, THAW_OP_SIGN, THAW_OP_RECIPROCAL, THAW_OP_SQUARE,
    THAW_OP_SQUARE_ROOT, THAW_OP_RECIPROCAL_SQUARE_ROOT, THAW_OP_EXPONENTIAL, THAW_OP_LOGARITHM,
    THAW_OP_LOGARITHM_ONE_PLUS, THAW_OP_TANH, THAW_OP_SIGMOID, THAW_OP_ERF, THAW_OP_FLOOR, THAW_OP_ROUND /* half to even */,
    THAW_OP_NOT /* a == 0 */, THAW_OP_SINE, THAW_OP_COSINE,
    THAW_OP_RELU, THAW_OP_LEAKY_RELU /* a > 0 ? a : p0 a */, THAW_OP_ELU /* a > 0 ? a : p0 (e^a - 1) */,
    THAW_OP_SELU /* p1 (a > 0 ? a : p0 (e^a - 1)) */, THAW_OP_SOFTPLUS /* log(1 + e^a), stable */, THAW_OP_SOFTSIGN,
    THAW_OP_SWISH, THAW_OP_GELU /* exact, erf */, THAW_OP_GELU_TANH, THAW_OP_HARD_SIGMOID /* clip(a/6 + 0.5, 0, 1) */,
    THAW_OP_CLIP /* min(max(a, p0), p1) */, THAW_OP_POWER_CONSTANT /* a ^ p0 */, THAW_OP_IS_FINITE /* 1 or 0 */,
    THAW_OP_AFFINE /* p0 a + p1 */, THAW_OP_CONSTANT /* p0 */,
    // r = op(a, b)
    THAW_OP_ADD = 64, THAW_OP_SUBTRACT, THAW_OP_MULTIPLY, THAW_OP_DIVIDE, THAW_OP_MAXIMUM, THAW_OP_MINIMUM, THAW_OP_POWER,
    THAW_OP_EQUAL, THAW_OP_NOT_EQUAL, THAW_OP_LESS, THAW_OP_LESS_EQUAL, THAW_OP_GREATER, THAW_OP_GREATER_EQUAL,
    THAW_OP_AND /* a != 0 && b != 0 */, THAW_OP_OR,
    THAW_OP_SIGMOID_CROSS_ENTROPY /* max(a,0) - a b + log(1 + e^-|a|), a logits, b targets */,
    // r = op(a, b, c)
    THAW_OP_SELECT = 128 /* a != 0 ? b : c */, THAW_OP_MULTIPLY_ADD /* a b + c */
};
// NaN: MAXIMUM, MINIMUM, CLIP and RELU pass a NaN on (like NumPy's maximum); a comparison with NaN is 0 (NOT_EQUAL 1).
// TANH, SIGMOID, EXPONENTIAL, ERF, LOGARITHM and their kin: relative error at most 4e-7 or so against double,
// correct at +-infinity and NaN, no spurious overflow. EXPONENTIAL gives 0 where the result would be denormal
// (a denormal costs hundreds of cycles), and what is built on it does likewise; GELU's and GELU_TANH's relative
// error grows to 2e-5 in the left tail. POWER follows C's powf.

typedef struct {
    uint8_t operation;
    uint8_t destination;  // a slot, input_count ..< slot_count
    uint8_t a, b, c;      // slots
    float p0, p1;
} thaw_instruction;

/// How an input is spread over the matrix.
enum {
    THAW_FULL = 0,    // rows x columns elements
    THAW_ROW = 1,     // `columns` elements, the same for every row
    THAW_COLUMN = 2,  // `rows` elements, the same along a row
    THAW_SCALAR = 3   // one element
};

typedef struct {
    const void *data;
    uint8_t spread;   // THAW_FULL ...
    uint8_t type;     // THAW_FLOAT32 ...
} thaw_input;

/// What happens to a slot's values.
enum {
    THAW_STORE = 0,       // rows x columns elements
    THAW_SUM_ROWS = 1,    // `columns` elements: the sum over rows (float32)
    THAW_SUM_COLUMNS = 2, // `rows` elements: the sum of each row (float32)
    THAW_SUM_ALL = 3      // one element (float32)
};

typedef struct {
    void *data;
    uint8_t slot;
    uint8_t kind;     // THAW_STORE ...
    uint8_t type;     // THAW_FLOAT32 ... (only with THAW_STORE: INT32 and UINT8 truncate
                      // toward zero and saturate, a NaN gives 0)
    float factor;     // sums are multiplied by it (1 / n makes a mean)
} thaw_output;

enum { THAW_MAXIMUM_SLOTS = 64 };

typedef struct {
    int64_t rows, columns;
    int32_t input_count, instruction_count, output_count, slot_count;  // slot_count <= THAW_MAXIMUM_SLOTS
    int32_t threads;
    const thaw_input *inputs;
    const thaw_instruction *instructions;
    const thaw_output *outputs;
    /// At least thaw_elementwise_scratch_bytes(self) bytes, 64-byte aligned; may be shared by programs that do not run together.
    void *scratch;
} thaw_elementwise;

/// An output may lie exactly on a THAW_FULL float32 input (an update in place); otherwise outputs and inputs do not overlap.
/// Float32 accumulation of sums within a block, double across blocks; thread partial sums are added in thread order.
void thaw_elementwise_run(void *context /* thaw_elementwise */);
size_t thaw_elementwise_scratch_bytes(const thaw_elementwise *program);

// ---------------------------------------------------------------- reductions over [outer, reduced, inner]

enum { THAW_REDUCE_SUM = 0, THAW_REDUCE_MEAN, THAW_REDUCE_MAXIMUM, THAW_REDUCE_MINIMUM, THAW_REDUCE_ARGUMENT_MAXIMUM /* int32 out, first of equals; a NaN is larger than all */ };

typedef struct {
    const float *input;
    void *output;          // [outer, inner], float32 or int32
    int64_t outer, reduced, inner;
    int32_t kind, threads;
    void *scratch;         // thaw_reduce_scratch_bytes
} thaw_reduce;
void thaw_reduce_run(void *context);
size_t thaw_reduce_scratch_bytes(const thaw_reduce *reduce);

/// Mean and biased variance of each column of a rows x columns matrix, two passes for accuracy
/// (exact to about 1e-6 relative even where mean^2 >> variance is 1e4).
typedef struct {
    const float *input;
    float *mean, *variance;
    int64_t rows, columns;
    int32_t threads;
    void *scratch;         // thaw_moments_scratch_bytes
} thaw_moments;
void thaw_moments_run(void *context);
size_t thaw_moments_scratch_bytes(const thaw_moments *moments);

// ---------------------------------------------------------------- normalization and pooling together

/// Of each channel of each window the largest (x - mean) scale + shift, with `rectifies` not below 0. Windows touch but do
/// not overlap; rows and columns that fill no window are left out. The first of equals counts, a NaN as larger than all.
typedef struct {
    const float *input;               // [images, height, width, channels]
    const float *mean, *scale, *shift;  // [channels]
    float *output;                    // [images, height / window_height, width / window_width, channels]
    float *centred;                   // like output: x - mean where the largest was; null if positions is
    uint8_t *positions;               // like output: where in the window, row by row; or null
    int64_t images, height, width, channels;
    int64_t window_height, window_width;  // their product at most 256
    int32_t rectifies, threads;
} thaw_normalized_pooling;
void thaw_normalized_pooling_run(void *context);

/// result = (x - mean) slope + offset, and where x was the largest of its window that plus gradient * scale.
typedef struct {
    const float *input;               // [images, height, width, channels]
    const float *gradient;            // [images, height / window_height, width / window_width, channels]
    const uint8_t *positions;         // like gradient
    const float *mean, *scale, *slope, *offset;  // [channels]
    float *result;                    // like input; may lie exactly on it
    int64_t images, height, width, channels;
    int64_t window_height, window_width;
    int32_t threads;
} thaw_normalized_pooling_gradient;
void thaw_normalized_pooling_gradient_run(void *context);

// ---------------------------------------------------------------- normalization and activation together

/// What follows the normalization: nothing, max(y, 0), or min(max(y, 0), maximum). NaN passes. The gradient passes where
/// 0 < y, and y < maximum; not where y is NaN.
enum { THAW_ACTIVATION_NONE = 0, THAW_ACTIVATION_RELU, THAW_ACTIVATION_CLIPPED_RELU };

/// output = activation((x - mean) scale + shift + residual), by column.
typedef struct {
    const float *input;                 // [rows, columns]
    const float *residual;              // like input; or null
    const float *mean, *scale, *shift;  // [columns]
    float *output;                      // like input; may lie exactly on it or on the residual
    int64_t rows, columns;
    float maximum;
    int32_t activation, threads;
} thaw_normalized_activation;
void thaw_normalized_activation_run(void *context);

/// What the gradient of that needs: by column the sums of the gradient that the activation lets through, and of its products with
/// x - mean. Float32 over a few rows, double over those.
typedef struct {
    const float *input, *gradient;      // [rows, columns]
    const float *mean, *scale, *shift;  // [columns]
    float *sums, *products;             // [columns]
    int64_t rows, columns;
    float maximum;
    int32_t activation, threads;
    void *scratch;                      // thaw_normalized_activation_sums_scratch_bytes
} thaw_normalized_activation_sums;
void thaw_normalized_activation_sums_run(void *context);
size_t thaw_normalized_activation_sums_scratch_bytes(const thaw_normalized_activation_sums *work);

/// output = let through(gradient) scale + (x - mean) slope + offset, by column.
typedef struct {
    const float *input, *gradient;      // [rows, columns]
    const float *mean, *scale, *shift, *slope, *offset;  // [columns]
    float *output;                      // like input; may lie exactly on it or on the gradient
    float *sums;                        // [columns]: of the output; or null
    int64_t rows, columns;
    float maximum;
    int32_t activation, threads;
    void *scratch;                      // thaw_normalized_activation_gradient_scratch_bytes
} thaw_normalized_activation_gradient;
void thaw_normalized_activation_gradient_run(void *context);
size_t thaw_normalized_activation_gradient_scratch_bytes(const thaw_normalized_activation_gradient *work);

// ---------------------------------------------------------------- softmax and cross-entropy, along rows

// Outputs may lie exactly on the input or the logits.

typedef struct {
    const float *input;
    float *output;
    int64_t rows, columns;
    int32_t logarithm;     // 1: log-softmax
    int32_t threads;
} thaw_softmax;
void thaw_softmax_run(void *context);

/// loss[i] = logsumexp(logits[i]) - logits[i][label[i]]; a label outside 0 ..< columns gives NaN.
typedef struct {
    const float *logits;
    const int32_t *labels;
    float *loss;           // [rows]
    int64_t rows, columns;
    int32_t threads;
} thaw_sparse_cross_entropy;
void thaw_sparse_cross_entropy_run(void *context);

/// gradient[i] = (softmax(logits[i]) - onehot(label[i])) * scale[i]
typedef struct {
    const float *logits;
    const int32_t *labels;
    const float *scale;    // [rows]
    float *gradient;
    int64_t rows, columns;
    int32_t threads;
} thaw_sparse_cross_entropy_gradient;
void thaw_sparse_cross_entropy_gradient_run(void *context);

// ---------------------------------------------------------------- moving data

enum { THAW_MAXIMUM_RANK = 8 };

/// output[o0 + sum i_k output_strides[k]] = input[sum i_k input_strides[k]] over a box of `sizes`, elements of 1 or 4 bytes.
/// A stride of 0 broadcasts. Covers transpose, slice, pad (after a fill), concatenate, broadcast. The caller has
/// added offsets to the pointers. Contiguous inner runs are copied by memcpy; strides are in elements.
typedef struct {
    const void *input;
    void *output;
    int32_t rank, element_bytes, threads;
    int64_t sizes[THAW_MAXIMUM_RANK], input_strides[THAW_MAXIMUM_RANK], output_strides[THAW_MAXIMUM_RANK];
} thaw_strided_copy;
void thaw_strided_copy_run(void *context);

typedef struct {
    float *output;
    int64_t count;
    float value;
    int32_t threads;
} thaw_fill;
void thaw_fill_run(void *context);

/// output[i] = input[indices[i]] (rows of `width` elements); an index outside 0 ..< rows gives NaN.
typedef struct {
    const float *input;
    const int32_t *indices;
    float *output;
    int64_t rows, count, width;
    int32_t threads;
} thaw_gather;
void thaw_gather_run(void *context);

/// output (rows x width) = 0, then output[indices[i]] += input[i] in order of i; an index outside is skipped.
typedef struct {
    const float *input;
    const int32_t *indices;
    float *output;
    int64_t rows, count, width;
    int32_t threads;       // divided by columns, so that the order of additions never changes
} thaw_scatter_add;
void thaw_scatter_add_run(void *context);

/// output [count, depth]: 1 where the index equals the column, else 0.
typedef struct {
    const int32_t *indices;
    float *output;
    int64_t count, depth;
    int32_t threads;
} thaw_one_hot;
void thaw_one_hot_run(void *context);

// ---------------------------------------------------------------- pictures

enum { THAW_NEAREST_PIXEL = 0, THAW_BILINEAR_PIXELS = 1 };
enum { THAW_FILL_CONSTANT = 0, THAW_FILL_NEAREST = 1, THAW_FILL_REFLECT = 2, THAW_FILL_WRAP = 3 };

/// output[i, y, x] = input[i] at column t0 x + t1 y + t2 and row t3 x + t4 y + t5, t = transforms[i]; a place that is no finite
/// number gives NaN. Beyond the edges: `fill`, the edge, the mirror image (edge included), or the image again.
/// The gradient: input is that of the output, [count, output_height, output_width, channels], and output that of the images.
typedef struct {
    const float *input;
    const float *transforms;  // [count, 6]
    float *output;
    int64_t count, height, width, channels;  // of the images
    int64_t output_height, output_width;
    float fill;
    int32_t interpolation, mode, threads;
} thaw_affine_resample;
void thaw_affine_resample_run(void *context);
void thaw_affine_resample_gradient_run(void *context);

// ---------------------------------------------------------------- finiteness

/// output[0] = 1 if every element of every buffer is finite, else 0.
typedef struct {
    const float *const *buffers;
    const int64_t *counts;
    int64_t buffer_count;
    float *output;
    int32_t threads;
} thaw_all_finite;
void thaw_all_finite_run(void *context);

// ---------------------------------------------------------------- random numbers

enum { THAW_UNIFORM = 0, THAW_NORMAL = 1, THAW_BERNOULLI = 2 };

/// Philox 4x32-10. Element e of row r: block counter = (e / 4, position + r, step, sample), key = (seed_low ^ stream_low,
/// seed_high ^ stream_high), lane e % 4. state = {seed_low, seed_high, step, position, sample} as int32 bit patterns.
/// Uniform: (u >> 8) * 2^-24 in [0, 1), then minimum + u (maximum - minimum) (p0, p1). Normal: Box-Muller on the
/// lanes (0, 1) and (2, 3): u1 = ((a >> 8) + 1) 2^-24, u2 = (b >> 8) 2^-24, z0 = sqrt(-2 ln u1) cos(2 pi u2), z1 = ... sin,
/// then p0 + p1 z. Bernoulli: 1 where uniform < p0, else 0.
typedef struct {
    const int32_t *state;
    float *output;
    int64_t rows, columns;  // columns: elements of one sample
    uint64_t stream;
    float p0, p1;
    int32_t distribution, threads;
} thaw_random;
void thaw_random_run(void *context);

#ifdef __cplusplus
}
#endif
#endif
