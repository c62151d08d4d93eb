// What the files of the shim share: descriptors, attributes, and how a primitive is made. Not for users of the module.
#ifndef THAW_ONEDNN_SHIM_H
#define THAW_ONEDNN_SHIM_H

#include "thaw_onednn.h"

#include <oneapi/dnnl/dnnl.h>

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

// Functions that other files of the shim call, and nobody else.
#pragma GCC visibility push(hidden)

// ---------------------------------------------------------------- runtime.c

extern dnnl_engine_t thaw_engine;
extern dnnl_stream_t thaw_stream;

// ---------------------------------------------------------------- layouts.c

/// The layout that the primitive chose for an argument; null if it has no such argument.
md_query thaw_argument_md(const thaw_primitive *p, int32_t argument);

/// Describes `layout`, or nothing; 0 if that cannot be. The result goes to `thaw_free_md`.
int thaw_make_md(dnnl_memory_desc_t *md, const thaw_layout *layout);

void thaw_free_md(dnnl_memory_desc_t md);

// ---------------------------------------------------------------- attributes.c

/// Null if oneDNN refuses one of the operations.
dnnl_primitive_attr_t thaw_make_attributes(const thaw_post_operation *post, int32_t count);

// ---------------------------------------------------------------- creation.c

/// What the making of every primitive begins and ends with: descriptors of up to four tensors, the number of threads,
/// attributes, and for a gradient the description of the forward operation.
typedef struct {
    dnnl_memory_desc_t source, weights, bias, destination;
    int32_t has_bias, threads, threads_before;
    dnnl_primitive_attr_t attributes;
    dnnl_primitive_desc_t forward, description;
} creation;

/// 0 if something cannot be described; `thaw_end` is called in either case.
int thaw_begin(
    creation *c, const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias,
    const thaw_layout *destination, const thaw_post_operation *post, int32_t post_count, int32_t threads);

/// The primitive without arguments, or null if its description was not made.
thaw_primitive *thaw_made(creation *c, dnnl_status_t status, int allow_reference);

void thaw_end(creation *c);

/// Adds an argument in the layout that the primitive chose: `index` is oneDNN's name of it. Nothing if it has none.
void thaw_add_argument(thaw_primitive *p, int32_t argument, int index, dnnl_query_t what, int query_index);

/// Source, weights, bias, destination, and the operands of post operations.
void thaw_add_forward_arguments(
    thaw_primitive *p, int32_t has_bias, const thaw_post_operation *post, int32_t count);

// ---------------------------------------------------------------- primitive.c

/// Takes ownership of `description`; null for a reference implementation, which is slower than anything we would do instead.
thaw_primitive *thaw_finish(dnnl_primitive_desc_t description, int32_t threads, int allow_reference);

/// How many threads what comes next on this thread runs on; 0 leaves it.
void thaw_use_threads(int32_t threads);

/// Keeps the first failure for thaw_onednn_take_status.
void thaw_remember_failure(dnnl_status_t status);

#pragma GCC visibility pop

#endif
