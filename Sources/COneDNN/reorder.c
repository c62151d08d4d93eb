// Copies from one layout to another.
#include "shim.h"

thaw_primitive *thaw_reorder_create(const thaw_layout *from, const thaw_layout *to, int32_t threads) {
    creation c;
    thaw_primitive *result = NULL;
    if (thaw_begin(&c, from, NULL, NULL, to, NULL, 0, threads)) {
        dnnl_status_t status = dnnl_reorder_primitive_desc_create(
            &c.description, MD_REFERENCE(c.source), thaw_engine, MD_REFERENCE(c.destination), thaw_engine, c.attributes);
        result = thaw_made(&c, status, 1);
        if (result) {
            thaw_add_argument(result, THAW_ARGUMENT_SOURCE, DNNL_ARG_FROM, dnnl_query_src_md, 0);
            thaw_add_argument(result, THAW_ARGUMENT_DESTINATION, DNNL_ARG_TO, dnnl_query_dst_md, 0);
        }
    }
    thaw_end(&c);
    return result;
}
