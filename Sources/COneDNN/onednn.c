#include "thaw_onednn.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Both libraries (libgomp here, libomp on macOS) have these two.
extern void omp_set_num_threads(int);
extern int omp_get_max_threads(void);

#define V3 (DNNL_VERSION_MAJOR >= 3)

// A memory descriptor is a structure in 2.x and a handle in 3.x.
#if V3
#define MD_REFERENCE(md) (md)
#define MD_OR_NONE(md, present) ((present) ? (md) : NULL)
typedef const_dnnl_memory_desc_t md_query;
#else
#define MD_REFERENCE(md) (&(md))
#define MD_OR_NONE(md, present) ((present) ? &(md) : NULL)
typedef const dnnl_memory_desc_t *md_query;
#endif

struct thaw_primitive {
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t description;
    int32_t threads, argument_count;
    dnnl_exec_arg_t arguments[THAW_ARGUMENT_COUNT];
    int16_t position[THAW_ARGUMENT_COUNT];  // of each argument in `arguments`, or -1
    size_t bytes[THAW_ARGUMENT_COUNT];
    const char *implementation;
};

static dnnl_engine_t shared_engine;
static dnnl_stream_t shared_stream;
// Engines run on threads of their own, steps on any thread of the pool, and executables may end anywhere.
static _Atomic int32_t failed_status = dnnl_success;
static _Atomic int64_t live_primitives;
static pthread_once_t start_once = PTHREAD_ONCE_INIT;
static dnnl_status_t start_status = dnnl_success;

/// Numbers below 1e-38 become zero on the calling thread and on the workers it starts afterwards, which inherit this:
/// a product of denormals takes a hundred times as long. TensorFlow's threads do the same.
static void flush_denormals(void) {
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1u << 24)));
#endif
}

// oneDNN's cache of primitives stays on: equal layers then share generated code. Without it the 300 products of a
// hundred-layer net are 300 separate pieces of code, and misses in the instruction cache make them 3 times slower.
static void start(void) {
    start_status = dnnl_engine_create(&shared_engine, dnnl_cpu, 0);
    if (start_status == dnnl_success) {
        start_status = dnnl_stream_create(&shared_stream, shared_engine, dnnl_stream_default_flags);
    }
}

int32_t thaw_onednn_initialize(void) {
    flush_denormals();
    pthread_once(&start_once, start);
    return (int32_t)start_status;
}

int32_t thaw_onednn_version(void) {
    const dnnl_version_t *version = dnnl_version();
    return version->major * 10000 + version->minor * 100 + version->patch;
}

int64_t thaw_onednn_live_primitives(void) { return live_primitives; }

int32_t thaw_onednn_take_status(void) {
    // Looked at after every run: only a failure pays for the exchange.
    return failed_status == dnnl_success ? dnnl_success : atomic_exchange(&failed_status, dnnl_success);
}

// ---------------------------------------------------------------- memory descriptors

static md_query argument_md(const thaw_primitive *p, int32_t argument) {
    int16_t position = p->position[argument];
    if (position < 0) return NULL;
#if V3
    const_dnnl_memory_desc_t md = NULL;
#else
    const dnnl_memory_desc_t *md = NULL;
#endif
    dnnl_memory_get_memory_desc(p->arguments[position].memory, &md);
    return md;
}

static int make_md(dnnl_memory_desc_t *md, const thaw_layout *layout) {
    memset(md, 0, sizeof *md);
    if (!layout || layout->rank == 0) return 1;
    if (layout->like) {
        md_query chosen = argument_md(layout->like, (int32_t)layout->like_argument);
        if (!chosen) return 0;
#if V3
        return dnnl_memory_desc_clone(md, chosen) == dnnl_success;
#else
        *md = *chosen;
        return 1;
#endif
    }
    dnnl_dims_t sizes, strides;
    for (int32_t i = 0; i < layout->rank; i++) {
        sizes[i] = layout->sizes[i];
        strides[i] = layout->strides[i];
    }
    dnnl_status_t status;
#if V3
    status = layout->any ? dnnl_memory_desc_create_with_tag(md, layout->rank, sizes, dnnl_f32, dnnl_format_tag_any)
                         : dnnl_memory_desc_create_with_strides(md, layout->rank, sizes, dnnl_f32, strides);
#else
    status = layout->any ? dnnl_memory_desc_init_by_tag(md, layout->rank, sizes, dnnl_f32, dnnl_format_tag_any)
                         : dnnl_memory_desc_init_by_strides(md, layout->rank, sizes, dnnl_f32, strides);
#endif
    return status == dnnl_success;
}

static void free_md(dnnl_memory_desc_t md) {
#if V3
    if (md) dnnl_memory_desc_destroy(md);
#else
    (void)md;
#endif
}

static int has(const thaw_layout *layout) { return layout && layout->rank > 0; }

// ---------------------------------------------------------------- attributes

static dnnl_primitive_attr_t make_attributes(const thaw_post_operation *post, int32_t count) {
    dnnl_primitive_attr_t attributes;
    if (dnnl_primitive_attr_create(&attributes) != dnnl_success) return NULL;
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    if (count == 0) return attributes;
    dnnl_post_ops_t operations;
    if (dnnl_post_ops_create(&operations) != dnnl_success) {
        dnnl_primitive_attr_destroy(attributes);
        return NULL;
    }
    dnnl_status_t status = dnnl_success;
    for (int32_t i = 0; i < count && status == dnnl_success; i++) {
        const thaw_post_operation *p = &post[i];
        float alpha = p->alpha, beta = p->beta;
        dnnl_alg_kind_t kind = dnnl_eltwise_relu;
        switch (p->kind) {
        case THAW_POST_RELU: kind = dnnl_eltwise_relu; break;
        case THAW_POST_ELU: kind = dnnl_eltwise_elu; break;
        case THAW_POST_TANH: kind = dnnl_eltwise_tanh; break;
        case THAW_POST_SIGMOID: kind = dnnl_eltwise_logistic; break;
        case THAW_POST_SWISH: kind = dnnl_eltwise_swish; alpha = 1; break;
        case THAW_POST_GELU: kind = dnnl_eltwise_gelu_erf; break;
        case THAW_POST_GELU_TANH: kind = dnnl_eltwise_gelu_tanh; break;
        case THAW_POST_EXPONENTIAL: kind = dnnl_eltwise_exp; break;
        case THAW_POST_LINEAR: kind = dnnl_eltwise_linear; break;
        case THAW_POST_CLIP: kind = dnnl_eltwise_clip; break;
        case THAW_POST_ADD: {
            dnnl_memory_desc_t md;
            status = make_md(&md, &p->operand) ? dnnl_success : dnnl_invalid_arguments;
            if (status == dnnl_success) {
                status = dnnl_post_ops_append_binary(operations, dnnl_binary_add, MD_REFERENCE(md));
                free_md(md);
            }
            continue;
        }
        }
#if V3
        status = dnnl_post_ops_append_eltwise(operations, kind, alpha, beta);
#else
        status = dnnl_post_ops_append_eltwise(operations, 1.0f, kind, alpha, beta);
#endif
    }
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, operations);
    dnnl_post_ops_destroy(operations);
    if (status != dnnl_success) {
        dnnl_primitive_attr_destroy(attributes);
        return NULL;
    }
    return attributes;
}

// ---------------------------------------------------------------- primitives

static void add_argument(
    thaw_primitive *p, int32_t argument, int index, dnnl_query_t what, int query_index
) {
    md_query md = dnnl_primitive_desc_query_md(p->description, what, query_index);
    if (!md) return;
    size_t bytes = dnnl_memory_desc_get_size(md);
    if (bytes == 0) return;
    dnnl_memory_t memory;
    if (dnnl_memory_create(&memory, md, shared_engine, DNNL_MEMORY_NONE) != dnnl_success) return;
    p->position[argument] = (int16_t)p->argument_count;
    p->bytes[argument] = bytes;
    p->arguments[p->argument_count].arg = index;
    p->arguments[p->argument_count].memory = memory;
    p->argument_count++;
}

/// Takes ownership of `description`; null for a reference implementation, which is slower than anything we would do instead.
static thaw_primitive *finish(dnnl_primitive_desc_t description, int32_t threads, int allow_reference) {
    const char *name = "";
    dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
    if (!allow_reference && strncmp(name, "ref", 3) == 0) {
        dnnl_primitive_desc_destroy(description);
        return NULL;
    }
    thaw_primitive *p = calloc(1, sizeof *p);
    if (!p) {
        dnnl_primitive_desc_destroy(description);
        return NULL;
    }
    p->description = description;
    p->threads = threads;
    p->implementation = name;
    for (int32_t i = 0; i < THAW_ARGUMENT_COUNT; i++) p->position[i] = -1;
    if (dnnl_primitive_create(&p->primitive, description) != dnnl_success) {
        dnnl_primitive_desc_destroy(description);
        free(p);
        return NULL;
    }
    live_primitives++;
    add_argument(p, THAW_ARGUMENT_SCRATCHPAD, DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md, 0);
    return p;
}

static void add_post_operands(thaw_primitive *p, const thaw_post_operation *post, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        if (post[i].kind != THAW_POST_ADD) continue;
        dnnl_memory_desc_t md;
        if (!make_md(&md, &post[i].operand)) continue;
        dnnl_memory_t memory;
        if (dnnl_memory_create(&memory, MD_REFERENCE(md), shared_engine, DNNL_MEMORY_NONE) == dnnl_success) {
            int32_t argument = THAW_ARGUMENT_POST_OPERAND + i;
            p->position[argument] = (int16_t)p->argument_count;
            p->bytes[argument] = dnnl_memory_desc_get_size(MD_REFERENCE(md));
            p->arguments[p->argument_count].arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_SRC_1;
            p->arguments[p->argument_count].memory = memory;
            p->argument_count++;
        }
        free_md(md);
    }
}

/// oneDNN divides work by the number of threads it finds when a primitive is made.
static int32_t enter_threads(int32_t threads) {
    int32_t before = omp_get_max_threads();
    if (threads > 0 && before != threads) omp_set_num_threads(threads);
    return before;
}

static void leave_threads(int32_t before) {
    if (omp_get_max_threads() != before) omp_set_num_threads(before);
}

/// What the making of every primitive begins and ends with: descriptors of up to four tensors, the number of threads,
/// attributes, and for a gradient the description of the forward operation.
typedef struct {
    dnnl_memory_desc_t source, weights, bias, destination;
    int32_t has_bias, threads, threads_before;
    dnnl_primitive_attr_t attributes;
    dnnl_primitive_desc_t forward, description;
} creation;

static int begin(
    creation *c, const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias,
    const thaw_layout *destination, const thaw_post_operation *post, int32_t post_count, int32_t threads
) {
    memset(c, 0, sizeof *c);
    c->has_bias = has(bias);
    c->threads = threads;
    c->threads_before = enter_threads(threads);
    c->attributes = make_attributes(post, post_count);
    return c->attributes && make_md(&c->source, source) && make_md(&c->weights, weights) && make_md(&c->bias, bias)
        && make_md(&c->destination, destination);
}

/// The primitive without arguments, or null if its description was not made.
static thaw_primitive *made(creation *c, dnnl_status_t status, int allow_reference) {
    if (status != dnnl_success) return NULL;
    dnnl_primitive_desc_t description = c->description;
    c->description = NULL;
    return finish(description, c->threads, allow_reference);
}

static void end(creation *c) {
    if (c->forward) dnnl_primitive_desc_destroy(c->forward);
    if (c->attributes) dnnl_primitive_attr_destroy(c->attributes);
    leave_threads(c->threads_before);
    free_md(c->source), free_md(c->weights), free_md(c->bias), free_md(c->destination);
}

static void add_forward_arguments(thaw_primitive *p, int32_t has_bias, const thaw_post_operation *post, int32_t count) {
    add_argument(p, THAW_ARGUMENT_SOURCE, DNNL_ARG_SRC, dnnl_query_src_md, 0);
    add_argument(p, THAW_ARGUMENT_WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0);
    if (has_bias) add_argument(p, THAW_ARGUMENT_BIAS, DNNL_ARG_BIAS, dnnl_query_weights_md, 1);
    add_argument(p, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md, 0);
    add_post_operands(p, post, count);
}

thaw_primitive *thaw_matmul_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_post_operation *post, int32_t post_count, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, source, weights, bias, destination, post, post_count, threads)) {
        dnnl_status_t status;
#if V3
        status = dnnl_matmul_primitive_desc_create(
            &c.description, shared_engine, c.source, c.weights, MD_OR_NONE(c.bias, c.has_bias), c.destination, c.attributes);
#else
        dnnl_matmul_desc_t operation;
        status = dnnl_matmul_desc_init(
            &operation, &c.source, &c.weights, MD_OR_NONE(c.bias, c.has_bias), &c.destination);
        if (status == dnnl_success) {
            status = dnnl_primitive_desc_create(&c.description, &operation, c.attributes, shared_engine, NULL);
        }
#endif
        result = made(&c, status, 0);
        if (result) add_forward_arguments(result, c.has_bias, post, post_count);
    }
    end(&c);
    return result;
}

typedef struct {
    dnnl_dims_t kernel, strides, dilates, before, after;
} window_dims;

static window_dims dims_of(const thaw_window *window) {
    window_dims dims;
    for (int i = 0; i < 2; i++) {
        dims.kernel[i] = window->kernel[i];
        dims.strides[i] = window->strides[i];
        dims.dilates[i] = window->dilation[i] - 1;  // oneDNN counts the gaps
        dims.before[i] = window->padding_before[i];
        dims.after[i] = window->padding_after[i];
    }
    return dims;
}

// ---------------------------------------------------------------- convolution

static dnnl_alg_kind_t convolution_kind(int32_t winograd) {
    return winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
}

static dnnl_status_t convolution_forward_description(
    dnnl_primitive_desc_t *description, creation *c, dnnl_prop_kind_t kind, const window_dims *w, int32_t winograd
) {
#if V3
    return dnnl_convolution_forward_primitive_desc_create(
        description, shared_engine, kind, convolution_kind(winograd), c->source, c->weights,
        MD_OR_NONE(c->bias, c->has_bias), c->destination, w->strides, w->dilates, w->before, w->after, c->attributes);
#else
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &operation, kind, convolution_kind(winograd), &c->source, &c->weights, MD_OR_NONE(c->bias, c->has_bias),
        &c->destination, w->strides, w->dilates, w->before, w->after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(description, &operation, c->attributes, shared_engine, NULL);
#endif
}

thaw_primitive *thaw_convolution_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_window *window, int32_t winograd, int32_t constant_weights, const thaw_post_operation *post,
    int32_t post_count, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, source, weights, bias, destination, post, post_count, threads)) {
        window_dims w = dims_of(window);
        // For inference Winograd's algorithm wants weights transformed beforehand, for training it transforms them itself.
        dnnl_prop_kind_t kind = winograd && !constant_weights ? dnnl_forward_training : dnnl_forward_inference;
        dnnl_status_t status = convolution_forward_description(&c.description, &c, kind, &w, winograd);
        result = made(&c, status, post_count == 0);
        if (result) add_forward_arguments(result, c.has_bias, post, post_count);
    }
    end(&c);
    return result;
}

thaw_primitive *thaw_convolution_backward_data_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *destination, const thaw_window *window,
    int32_t winograd, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, source, weights, NULL, destination, NULL, 0, threads)) {
        window_dims w = dims_of(window);
        dnnl_status_t status = convolution_forward_description(&c.forward, &c, dnnl_forward_training, &w, winograd);
        if (status == dnnl_success) {
#if V3
            status = dnnl_convolution_backward_data_primitive_desc_create(
                &c.description, shared_engine, convolution_kind(winograd), c.source, c.weights, c.destination, w.strides,
                w.dilates, w.before, w.after, c.forward, c.attributes);
#else
            dnnl_convolution_desc_t operation;
            status = dnnl_dilated_convolution_backward_data_desc_init(
                &operation, convolution_kind(winograd), &c.source, &c.weights, &c.destination, w.strides, w.dilates,
                w.before, w.after);
            if (status == dnnl_success) {
                status = dnnl_primitive_desc_create(
                    &c.description, &operation, c.attributes, shared_engine, c.forward);
            }
#endif
        }
        result = made(&c, status, 1);
        if (result) {
            add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md, 0);
            add_argument(result, THAW_ARGUMENT_WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0);
            add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0);
        }
    }
    end(&c);
    return result;
}

thaw_primitive *thaw_convolution_backward_weights_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_window *window, int32_t winograd, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, source, weights, bias, destination, NULL, 0, threads)) {
        window_dims w = dims_of(window);
        dnnl_status_t status = convolution_forward_description(&c.forward, &c, dnnl_forward_training, &w, winograd);
        if (status == dnnl_success) {
#if V3
            status = dnnl_convolution_backward_weights_primitive_desc_create(
                &c.description, shared_engine, convolution_kind(winograd), c.source, c.weights,
                MD_OR_NONE(c.bias, c.has_bias), c.destination, w.strides, w.dilates, w.before, w.after, c.forward,
                c.attributes);
#else
            dnnl_convolution_desc_t operation;
            status = dnnl_dilated_convolution_backward_weights_desc_init(
                &operation, convolution_kind(winograd), &c.source, &c.weights, MD_OR_NONE(c.bias, c.has_bias),
                &c.destination, w.strides, w.dilates, w.before, w.after);
            if (status == dnnl_success) {
                status = dnnl_primitive_desc_create(
                    &c.description, &operation, c.attributes, shared_engine, c.forward);
            }
#endif
        }
        result = made(&c, status, 1);
        if (result) {
            add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_SRC, dnnl_query_src_md, 0);
            add_argument(result, THAW_ARGUMENT_WEIGHTS, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md, 0);
            if (c.has_bias) {
                add_argument(result, THAW_ARGUMENT_BIAS, DNNL_ARG_DIFF_BIAS, dnnl_query_diff_weights_md, 1);
            }
            add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0);
        }
    }
    end(&c);
    return result;
}

// ---------------------------------------------------------------- pooling

static dnnl_alg_kind_t pooling_kind(int32_t maximum) {
    return maximum ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
}

static dnnl_status_t pooling_forward_description(
    dnnl_primitive_desc_t *description, creation *c, dnnl_prop_kind_t kind, const window_dims *w, int32_t maximum
) {
#if V3
    return dnnl_pooling_forward_primitive_desc_create(
        description, shared_engine, kind, pooling_kind(maximum), c->source, c->destination, w->strides, w->kernel,
        w->dilates, w->before, w->after, c->attributes);
#else
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(
        &operation, kind, pooling_kind(maximum), &c->source, &c->destination, w->strides, w->kernel, w->before, w->after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(description, &operation, c->attributes, shared_engine, NULL);
#endif
}

thaw_primitive *thaw_pooling_create(
    const thaw_layout *source, const thaw_layout *destination, const thaw_window *window,
    int32_t maximum, int32_t training, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, source, NULL, NULL, destination, NULL, 0, threads)) {
        window_dims w = dims_of(window);
        dnnl_status_t status = pooling_forward_description(
            &c.description, &c, training ? dnnl_forward_training : dnnl_forward_inference, &w, maximum);
        result = made(&c, status, 1);
        if (result) {
            add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_SRC, dnnl_query_src_md, 0);
            add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md, 0);
            add_argument(result, THAW_ARGUMENT_WORKSPACE, DNNL_ARG_WORKSPACE, dnnl_query_workspace_md, 0);
        }
    }
    end(&c);
    return result;
}

thaw_primitive *thaw_pooling_backward_create(
    const thaw_layout *source, const thaw_layout *destination, const thaw_window *window,
    int32_t maximum, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, source, NULL, NULL, destination, NULL, 0, threads)) {
        window_dims w = dims_of(window);
        dnnl_status_t status = pooling_forward_description(&c.forward, &c, dnnl_forward_training, &w, maximum);
        if (status == dnnl_success) {
#if V3
            status = dnnl_pooling_backward_primitive_desc_create(
                &c.description, shared_engine, pooling_kind(maximum), c.source, c.destination, w.strides, w.kernel,
                w.dilates, w.before, w.after, c.forward, c.attributes);
#else
            dnnl_pooling_desc_t operation;
            status = dnnl_pooling_backward_desc_init(
                &operation, pooling_kind(maximum), &c.source, &c.destination, w.strides, w.kernel, w.before, w.after);
            if (status == dnnl_success) {
                status = dnnl_primitive_desc_create(
                    &c.description, &operation, c.attributes, shared_engine, c.forward);
            }
#endif
        }
        result = made(&c, status, 1);
        if (result) {
            add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md, 0);
            add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0);
            add_argument(result, THAW_ARGUMENT_WORKSPACE, DNNL_ARG_WORKSPACE, dnnl_query_workspace_md, 0);
        }
    }
    end(&c);
    return result;
}

thaw_primitive *thaw_reorder_create(const thaw_layout *from, const thaw_layout *to, int32_t threads) {
    creation c;
    thaw_primitive *result = NULL;
    if (begin(&c, from, NULL, NULL, to, NULL, 0, threads)) {
        dnnl_status_t status = dnnl_reorder_primitive_desc_create(
            &c.description, MD_REFERENCE(c.source), shared_engine, MD_REFERENCE(c.destination), shared_engine, c.attributes);
        result = made(&c, status, 1);
        if (result) {
            add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_FROM, dnnl_query_src_md, 0);
            add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_TO, dnnl_query_dst_md, 0);
        }
    }
    end(&c);
    return result;
}

size_t thaw_primitive_bytes(const thaw_primitive *primitive, int32_t argument) { return primitive->bytes[argument]; }

int32_t thaw_primitive_matches(const thaw_primitive *primitive, int32_t argument, const thaw_layout *layout) {
    dnnl_memory_desc_t md;
    md_query chosen = argument_md(primitive, argument);
    if (!chosen || !make_md(&md, layout)) return 0;
    int32_t equal = dnnl_memory_desc_equal(chosen, MD_REFERENCE(md));
    free_md(md);
    return equal;
}

const char *thaw_primitive_implementation(const thaw_primitive *primitive) { return primitive->implementation; }

void thaw_primitive_bind(thaw_primitive *primitive, int32_t argument, void *data) {
    int16_t position = primitive->position[argument];
    if (position >= 0) dnnl_memory_set_data_handle(primitive->arguments[position].memory, data);
}

/// Generated code of oneDNN keeps vectors on the stack, where the ABI aligns them to 16 bytes. Winograd's kernels of 2.6.3 take
/// 10 % longer where that is not what they happen to want, which depends on the frames between here and there: for one
/// thread, and for the first of several, found by trying with Debian 12's libraries.
static __attribute__((noinline)) dnnl_status_t execute(const thaw_primitive *p) {
    const uintptr_t wanted = p->threads > 1 ? 16 : 0;
    void *stack = __builtin_alloca(16);
    if (((uintptr_t)stack & 31) != wanted) stack = __builtin_alloca(16);
    __asm__ volatile("" : : "r"(stack) : "memory");
    dnnl_status_t status = dnnl_primitive_execute(p->primitive, shared_stream, p->argument_count, p->arguments);
    __asm__ volatile("" : : "r"(stack) : "memory");
    return status;
}

void thaw_primitive_run(void *context) {
    thaw_primitive *p = context;
    if (p->threads > 0 && omp_get_max_threads() != p->threads) omp_set_num_threads(p->threads);
    dnnl_status_t status = execute(p);
    if (status != dnnl_success) {
        int32_t none = dnnl_success;
        atomic_compare_exchange_strong(&failed_status, &none, (int32_t)status);
    }
}

void thaw_primitive_destroy(thaw_primitive *p) {
    if (!p) return;
    for (int32_t i = 0; i < p->argument_count; i++) dnnl_memory_destroy(p->arguments[i].memory);
    dnnl_primitive_destroy(p->primitive);
    dnnl_primitive_desc_destroy(p->description);
    free(p);
    live_primitives--;
}
