// What is applied to a result before it is stored, and whose memory a primitive works in: ours.
#include "shim.h"

dnnl_primitive_attr_t thaw_make_attributes(const thaw_post_operation *post, int32_t count) {
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
            status = thaw_make_md(&md, &p->operand) ? dnnl_success : dnnl_invalid_arguments;
            if (status == dnnl_success) {
                status = dnnl_post_ops_append_binary(operations, dnnl_binary_add, MD_REFERENCE(md));
                thaw_free_md(md);
            }
            continue;
        }
        case THAW_POST_SUM:
#if V3
            status = dnnl_post_ops_append_sum(operations, 1.0f, 0, dnnl_data_type_undef);
#else
            status = dnnl_post_ops_append_sum(operations, 1.0f);
#endif
            continue;
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
