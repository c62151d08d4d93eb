// Layouts of tensors as oneDNN describes them.
#include "shim.h"

#include <string.h>

md_query thaw_argument_md(const thaw_primitive *p, int32_t argument) {
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

int thaw_make_md(dnnl_memory_desc_t *md, const thaw_layout *layout) {
    memset(md, 0, sizeof *md);
    if (!layout || layout->rank == 0) return 1;
    if (layout->like) {
        md_query chosen = thaw_argument_md(layout->like, (int32_t)layout->like_argument);
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

void thaw_free_md(dnnl_memory_desc_t md) {
#if V3
    if (md) dnnl_memory_desc_destroy(md);
#else
    (void)md;
#endif
}
