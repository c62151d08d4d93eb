// Maximum and average pooling, and their gradients.
#include "shim.h"
#include "window.h"

static dnnl_alg_kind_t pooling_kind(int32_t maximum) {
    return maximum ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
}

static dnnl_status_t pooling_forward_description(
    dnnl_primitive_desc_t *description, creation *c, dnnl_prop_kind_t kind, const window_dims *w, int32_t maximum
) {
#if V3
    return dnnl_pooling_forward_primitive_desc_create(
        description, thaw_engine, kind, pooling_kind(maximum), c->source, c->destination, w->strides, w->kernel,
        w->dilates, w->before, w->after, c->attributes);
#else
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(
        &operation, kind, pooling_kind(maximum), &c->source, &c->destination, w->strides, w->kernel, w->before, w->after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(description, &operation, c->attributes, thaw_engine, NULL);
#endif
}

thaw_primitive *thaw_pooling_create(
    const thaw_layout *source, const thaw_layout *destination, const thaw_window *window,
    int32_t maximum, int32_t training, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, source, NULL, NULL, destination, NULL, 0, threads)) {
        window_dims w = window_dims_of(window);
        dnnl_status_t status = pooling_forward_description(
            &c.description, &c, training ? dnnl_forward_training : dnnl_forward_inference, &w, maximum);
        result = thaw_made(&c, status, 1);
        if (result) {
            thaw_add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_SRC, dnnl_query_src_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_WORKSPACE, DNNL_ARG_WORKSPACE, dnnl_query_workspace_md, 0);
        }
    }
    thaw_end(&c);
    return result;
}

thaw_primitive *thaw_pooling_backward_create(
    const thaw_layout *source, const thaw_layout *destination, const thaw_window *window,
    int32_t maximum, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, source, NULL, NULL, destination, NULL, 0, threads)) {
        window_dims w = window_dims_of(window);
        dnnl_status_t status = pooling_forward_description(&c.forward, &c, dnnl_forward_training, &w, maximum);
        if (status == dnnl_success) {
#if V3
            status = dnnl_pooling_backward_primitive_desc_create(
                &c.description, thaw_engine, pooling_kind(maximum), c.source, c.destination, w.strides, w.kernel,
                w.dilates, w.before, w.after, c.forward, c.attributes);
#else
            dnnl_pooling_desc_t operation;
            status = dnnl_pooling_backward_desc_init(
                &operation, pooling_kind(maximum), &c.source, &c.destination, w.strides, w.kernel, w.before, w.after);
            if (status == dnnl_success) {
                status = dnnl_primitive_desc_create(
                    &c.description, &operation, c.attributes, thaw_engine, c.forward);
            }
#endif
        }
        result = thaw_made(&c, status, 1);
        if (result) {
            thaw_add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_WORKSPACE, DNNL_ARG_WORKSPACE, dnnl_query_workspace_md, 0);
        }
    }
    thaw_end(&c);
    return result;
}
