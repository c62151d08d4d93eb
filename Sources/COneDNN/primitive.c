// The life of a primitive: finished, asked for its layouts, bound, run, destroyed.
#include "shim.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Engines run on threads of their own, steps on any thread of the pool, and executables may end anywhere.
static _Atomic int32_t failed_status = dnnl_success;
static _Atomic int64_t live_primitives;

int64_t thaw_onednn_live_primitives(void) { return live_primitives; }

int32_t thaw_onednn_take_status(void) {
    // Looked at after every run: only a failure pays for the exchange.
    return failed_status == dnnl_success ? dnnl_success : atomic_exchange(&failed_status, dnnl_success);
}

thaw_primitive *thaw_finish(dnnl_primitive_desc_t description, int32_t threads, int allow_reference) {
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
    thaw_add_argument(p, THAW_ARGUMENT_SCRATCHPAD, DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md, 0);
    return p;
}

size_t thaw_primitive_bytes(const thaw_primitive *primitive, int32_t argument) { return primitive->bytes[argument]; }

int32_t thaw_primitive_matches(const thaw_primitive *primitive, int32_t argument, const thaw_layout *layout) {
    dnnl_memory_desc_t md;
    md_query chosen = thaw_argument_md(primitive, argument);
    if (!chosen || !thaw_make_md(&md, layout)) return 0;
    int32_t equal = dnnl_memory_desc_equal(chosen, MD_REFERENCE(md));
    thaw_free_md(md);
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
    dnnl_status_t status = dnnl_primitive_execute(p->primitive, thaw_stream, p->argument_count, p->arguments);
    __asm__ volatile("" : : "r"(stack) : "memory");
    return status;
}

void thaw_use_threads(int32_t threads) {
    if (threads > 0 && omp_get_max_threads() != threads) omp_set_num_threads(threads);
}

void thaw_remember_failure(dnnl_status_t status) {
    int32_t none = dnnl_success;
    if (status != dnnl_success) atomic_compare_exchange_strong(&failed_status, &none, (int32_t)status);
}

void thaw_primitive_run(void *context) {
    thaw_primitive *p = context;
    thaw_use_threads(p->threads);
    thaw_remember_failure(execute(p));
}

void thaw_primitive_destroy(thaw_primitive *p) {
    if (!p) return;
    for (int32_t i = 0; i < p->argument_count; i++) dnnl_memory_destroy(p->arguments[i].memory);
    dnnl_primitive_destroy(p->primitive);
    dnnl_primitive_desc_destroy(p->description);
    free(p);
    live_primitives--;
}
