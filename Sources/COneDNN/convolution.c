// Convolutions and their gradients.
#include "shim.h"
#include "window.h"

static dnnl_alg_kind_t convolution_kind(int32_t winograd) {
    return winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
}

static dnnl_status_t convolution_forward_description(
    dnnl_primitive_desc_t *description, creation *c, dnnl_prop_kind_t kind, const window_dims *w, int32_t winograd
) {
#if V3
    return dnnl_convolution_forward_primitive_desc_create(
        description, thaw_engine, kind, convolution_kind(winograd), c->source, c->weights,
        MD_OR_NONE(c->bias, c->has_bias), c->destination, w->strides, w->dilates, w->before, w->after, c->attributes);
#else
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &operation, kind, convolution_kind(winograd), &c->source, &c->weights, MD_OR_NONE(c->bias, c->has_bias),
        &c->destination, w->strides, w->dilates, w->before, w->after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(description, &operation, c->attributes, thaw_engine, NULL);
#endif
}

thaw_primitive *thaw_convolution_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_window *window, int32_t winograd, const thaw_post_operation *post, int32_t post_count, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, source, weights, bias, destination, post, post_count, threads)) {
        window_dims w = window_dims_of(window);
        // For training Winograd's algorithm transforms the weights in each run, on all threads. For inference it wants them
        // transformed beforehand, which takes oneDNN as long as sixty runs with 32 images, and four times the memory.
        dnnl_prop_kind_t kind = winograd ? dnnl_forward_training : dnnl_forward_inference;
        dnnl_status_t status = convolution_forward_description(&c.description, &c, kind, &w, winograd);
        result = thaw_made(&c, status, post_count == 0);
        if (result) thaw_add_forward_arguments(result, c.has_bias, post, post_count);
    }
    thaw_end(&c);
    return result;
}

thaw_primitive *thaw_convolution_backward_data_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *destination, const thaw_window *window,
    int32_t winograd, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, source, weights, NULL, destination, NULL, 0, threads)) {
        window_dims w = window_dims_of(window);
        dnnl_status_t status = convolution_forward_description(&c.forward, &c, dnnl_forward_training, &w, winograd);
        if (status == dnnl_success) {
#if V3
            status = dnnl_convolution_backward_data_primitive_desc_create(
                &c.description, thaw_engine, convolution_kind(winograd), c.source, c.weights, c.destination, w.strides,
                w.dilates, w.before, w.after, c.forward, c.attributes);
#else
            dnnl_convolution_desc_t operation;
            status = dnnl_dilated_convolution_backward_data_desc_init(
                &operation, convolution_kind(winograd), &c.source, &c.weights, &c.destination, w.strides, w.dilates,
                w.before, w.after);
            if (status == dnnl_success) {
                status = dnnl_primitive_desc_create(
                    &c.description, &operation, c.attributes, thaw_engine, c.forward);
            }
#endif
        }
        result = thaw_made(&c, status, 1);
        if (result) {
            thaw_add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0);
        }
    }
    thaw_end(&c);
    return result;
}

thaw_primitive *thaw_convolution_backward_weights_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_window *window, int32_t winograd, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, source, weights, bias, destination, NULL, 0, threads)) {
        window_dims w = window_dims_of(window);
        dnnl_status_t status = convolution_forward_description(&c.forward, &c, dnnl_forward_training, &w, winograd);
        if (status == dnnl_success) {
#if V3
            status = dnnl_convolution_backward_weights_primitive_desc_create(
                &c.description, thaw_engine, convolution_kind(winograd), c.source, c.weights,
                MD_OR_NONE(c.bias, c.has_bias), c.destination, w.strides, w.dilates, w.before, w.after, c.forward,
                c.attributes);
#else
            dnnl_convolution_desc_t operation;
            status = dnnl_dilated_convolution_backward_weights_desc_init(
                &operation, convolution_kind(winograd), &c.source, &c.weights, MD_OR_NONE(c.bias, c.has_bias),
                &c.destination, w.strides, w.dilates, w.before, w.after);
            if (status == dnnl_success) {
                status = dnnl_primitive_desc_create(
                    &c.description, &operation, c.attributes, thaw_engine, c.forward);
            }
#endif
        }
        result = thaw_made(&c, status, 1);
        if (result) {
            thaw_add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_SRC, dnnl_query_src_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_WEIGHTS, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md, 0);
            if (c.has_bias) {
                thaw_add_argument(result, THAW_ARGUMENT_BIAS, DNNL_ARG_DIFF_BIAS, dnnl_query_diff_weights_md, 1);
            }
            thaw_add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0);
        }
    }
    thaw_end(&c);
    return result;
}
