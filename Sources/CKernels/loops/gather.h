// Rows picked and added by index, one-hot rows, constants.

static void fill_part(void *context, int32_t index, int32_t count) {
    const thaw_fill *fill = context;
    const thaw_range range = thaw_partition(fill->count, 1024, index, count);
    fill_exact(fill->output + range.begin, fill->value, range.end - range.begin);
}

static void fill_run(void *context) {
    const thaw_fill *fill = context;
    thaw_parallel(fill_part, context, thaw_useful_threads(fill->threads, fill->count / 1024));
}

static void gather_part(void *context, int32_t index, int32_t count) {
    const thaw_gather *gather = context;
    const int64_t width = gather->width;
    const thaw_range range = thaw_partition(gather->count, 1, index, count);
    for (int64_t i = range.begin; i < range.end; i++) {
        const int32_t row = gather->indices[i];
        float *output = gather->output + i * width;
        if (row < 0 || row >= gather->rows) {
            fill_exact(output, NAN, width);
        } else {
            const float *input = gather->input + row * width;
            int64_t j = 0;
            for (; j + LANES <= width; j += LANES) store(output + j, load(input + j));
            if (j < width) store_partial(output + j, load_partial(input + j, width - j, 0), width - j);
        }
    }
}

static void gather_run(void *context) {
    const thaw_gather *gather = context;
    thaw_parallel(gather_part, context, thaw_useful_threads(gather->threads, gather->count));
}

static void scatter_add_part(void *context, int32_t index, int32_t count) {
    const thaw_scatter_add *scatter = context;
    const int64_t width = scatter->width;
    const thaw_range range = thaw_partition(width, 16, index, count);
    const int64_t columns = range.end - range.begin;
    if (columns <= 0) return;
    for (int64_t r = 0; r < scatter->rows; r++) {
        fill_exact(scatter->output + r * width + range.begin, 0, columns);
    }
    for (int64_t i = 0; i < scatter->count; i++) {
        const int32_t row = scatter->indices[i];
        if (row < 0 || row >= scatter->rows) continue;
        const float *input = scatter->input + i * width + range.begin;
        float *output = scatter->output + row * width + range.begin;
        for (int64_t j = 0; j < columns; j += LANES) {
            const int64_t remaining = columns - j;
            const vec sum = load_up_to(output + j, remaining, 0) + load_up_to(input + j, remaining, 0);
            store_up_to(output + j, sum, remaining);
        }
    }
}

static void scatter_add_run(void *context) {
    const thaw_scatter_add *scatter = context;
    thaw_parallel(scatter_add_part, context, thaw_useful_threads(scatter->threads, scatter->width / 16));
}

static void one_hot_part(void *context, int32_t index, int32_t count) {
    const thaw_one_hot *one_hot = context;
    const int64_t depth = one_hot->depth;
    const thaw_range range = thaw_partition(one_hot->count, 1, index, count);
    if (range.begin >= range.end) return;
    fill_exact(one_hot->output + range.begin * depth, 0, (range.end - range.begin) * depth);
    for (int64_t i = range.begin; i < range.end; i++) {
        const int32_t column = one_hot->indices[i];
        if (column >= 0 && column < depth) one_hot->output[i * depth + column] = 1;
    }
}

static void one_hot_run(void *context) {
    const thaw_one_hot *one_hot = context;
    thaw_parallel(one_hot_part, context, thaw_useful_threads(one_hot->threads, one_hot->count));
}
