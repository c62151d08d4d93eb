// What the making of every primitive has in common.
#include "shim.h"

#include <string.h>

static int has(const thaw_layout *layout) { return layout && layout->rank > 0; }

void thaw_add_argument(
    thaw_primitive *p, int32_t argument, int index, dnnl_query_t what, int query_index
) {
    md_query md = dnnl_primitive_desc_query_md(p->description, what, query_index);
    if (!md) return;
    size_t bytes = dnnl_memory_desc_get_size(md);
    if (bytes == 0) return;
    dnnl_memory_t memory;
    if (dnnl_memory_create(&memory, md, thaw_engine, DNNL_MEMORY_NONE) != dnnl_success) return;
    p->position[argument] = (int16_t)p->argument_count;
    p->bytes[argument] = bytes;
    p->arguments[p->argument_count].arg = index;
    p->arguments[p->argument_count].memory = memory;
    p->argument_count++;
}

static void add_post_operands(thaw_primitive *p, const thaw_post_operation *post, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        if (post[i].kind != THAW_POST_ADD) continue;
        dnnl_memory_desc_t md;
        if (!thaw_make_md(&md, &post[i].operand)) continue;
        dnnl_memory_t memory;
        if (dnnl_memory_create(&memory, MD_REFERENCE(md), thaw_engine, DNNL_MEMORY_NONE) == dnnl_success) {
            int32_t argument = THAW_ARGUMENT_POST_OPERAND + i;
            p->position[argument] = (int16_t)p->argument_count;
            p->bytes[argument] = dnnl_memory_desc_get_size(MD_REFERENCE(md));
            p->arguments[p->argument_count].arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_SRC_1;
            p->arguments[p->argument_count].memory = memory;
            p->argument_count++;
        }
        thaw_free_md(md);
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

int thaw_begin(
    creation *c, const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias,
    const thaw_layout *destination, const thaw_post_operation *post, int32_t post_count, int32_t threads
) {
    memset(c, 0, sizeof *c);
    c->has_bias = has(bias);
    c->threads = threads;
    c->threads_before = enter_threads(threads);
    c->attributes = thaw_make_attributes(post, post_count);
    return c->attributes && thaw_make_md(&c->source, source) && thaw_make_md(&c->weights, weights)
        && thaw_make_md(&c->bias, bias) && thaw_make_md(&c->destination, destination);
}

thaw_primitive *thaw_made(creation *c, dnnl_status_t status, int allow_reference) {
    if (status != dnnl_success) return NULL;
    dnnl_primitive_desc_t description = c->description;
    c->description = NULL;
    return thaw_finish(description, c->threads, allow_reference);
}

void thaw_end(creation *c) {
    if (c->forward) dnnl_primitive_desc_destroy(c->forward);
    if (c->attributes) dnnl_primitive_attr_destroy(c->attributes);
    leave_threads(c->threads_before);
    thaw_free_md(c->source), thaw_free_md(c->weights), thaw_free_md(c->bias), thaw_free_md(c->destination);
}

void thaw_add_forward_arguments(thaw_primitive *p, int32_t has_bias, const thaw_post_operation *post, int32_t count) {
    thaw_add_argument(p, THAW_ARGUMENT_SOURCE, DNNL_ARG_SRC, dnnl_query_src_md, 0);
    thaw_add_argument(p, THAW_ARGUMENT_WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0);
    if (has_bias) thaw_add_argument(p, THAW_ARGUMENT_BIAS, DNNL_ARG_BIAS, dnnl_query_weights_md, 1);
    thaw_add_argument(p, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md, 0);
    add_post_operands(p, post, count);
}
