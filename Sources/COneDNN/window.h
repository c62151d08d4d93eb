// Windows over height and width, as oneDNN's convolutions and poolings take them.
#ifndef THAW_ONEDNN_WINDOW_H
#define THAW_ONEDNN_WINDOW_H

#include "shim.h"

typedef struct {
    dnnl_dims_t kernel, strides, dilates, before, after;
} window_dims;

static inline window_dims window_dims_of(const thaw_window *window) {
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

#endif
