// Products of matrices.
#include "shim.h"

thaw_primitive *thaw_matmul_create(
    const thaw_layout *source, const thaw_layout *weights, const thaw_layout *bias, const thaw_layout *destination,
    const thaw_post_operation *post, int32_t post_count, int32_t threads
) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, source, weights, bias, destination, post, post_count, threads)) {
        dnnl_status_t status;
#if V3
        status = dnnl_matmul_primitive_desc_create(
            &c.description, thaw_engine, c.source, c.weights, MD_OR_NONE(c.bias, c.has_bias), c.destination, c.attributes);
#else
        dnnl_matmul_desc_t operation;
        status = dnnl_matmul_desc_init(
            &operation, &c.source, &c.weights, MD_OR_NONE(c.bias, c.has_bias), &c.destination);
        if (status == dnnl_success) {
            status = dnnl_primitive_desc_create(&c.description, &operation, c.attributes, thaw_engine, NULL);
        }
#endif
        result = thaw_made(&c, status, 0);
        if (result) thaw_add_forward_arguments(result, c.has_bias, post, post_count);
    }
    thaw_end(&c);
    return result;
}

void thaw_transposed_product_run(void *context) {
    const thaw_transposed_product *p = context;
    thaw_use_threads(p->threads);
    thaw_remember_failure(dnnl_sgemm(
        'T', 'N', p->rows, p->columns, p->depth, 1, p->a, p->rows, p->b, p->columns, 0, p->c, p->columns));
}
