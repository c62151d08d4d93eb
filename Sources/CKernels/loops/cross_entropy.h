// Cross-entropy of logits with integer labels, and its gradient, along rows.

static void sparse_cross_entropy_part(void *context, int32_t index, int32_t count) {
    const thaw_sparse_cross_entropy *loss = context;
    const int64_t columns = loss->columns;
    const thaw_range range = thaw_partition(loss->rows, 1, index, count);
    for (int64_t r = range.begin; r < range.end; r++) {
        const float *logits = loss->logits + r * columns;
        const int32_t label = loss->labels[r];
        if (label < 0 || label >= columns) {
            loss->loss[r] = NAN;
            continue;
        }
        float m, sum;
        if (columns <= LANES) {
            const vec x = load_partial(logits, columns, -INFINITY);
            m = largest_of_lanes(x);
            sum = sum_of_lanes(exponential(x - splat(m)));
        } else {
            m = shift_of_row(logits, columns);
            sum = exponential_sum(logits, m, NULL, columns);
        }
        loss->loss[r] = logarithm_of(sum) + (m - logits[label]);
    }
}

static void sparse_cross_entropy_run(void *context) {
    const thaw_sparse_cross_entropy *loss = context;
    thaw_parallel(sparse_cross_entropy_part, context, thaw_useful_threads(loss->threads, loss->rows));
}

static void sparse_cross_entropy_gradient_part(void *context, int32_t index, int32_t count) {
    const thaw_sparse_cross_entropy_gradient *work = context;
    const int64_t columns = work->columns;
    const thaw_range range = thaw_partition(work->rows, 1, index, count);
    for (int64_t r = range.begin; r < range.end; r++) {
        const float *logits = work->logits + r * columns;
        float *gradient = work->gradient + r * columns;
        const int32_t label = work->labels[r];
        const float scale = work->scale[r];
        if (label < 0 || label >= columns) {
            fill_exact(gradient, NAN, columns);
            continue;
        }
        if (columns <= LANES) {
            const vec x = load_partial(logits, columns, -INFINITY);
            const vec e = exponential(x - splat(largest_of_lanes(x)));
            vec g = e * splat(1.0f / sum_of_lanes(e));
            g = choose(lane_numbers() == (ivec)(label), g - splat(1.0f), g);
            store_partial(gradient, g * splat(scale), columns);
        } else {
            const float m = shift_of_row(logits, columns);
            const float factor = 1.0f / exponential_sum(logits, m, gradient, columns);
            const float at_label = (gradient[label] * factor - 1.0f) * scale;
            for (int64_t j = 0; j < columns; j += LANES) {
                const vec e = load_up_to(gradient + j, columns - j, 0);
                store_up_to(gradient + j, e * splat(factor) * splat(scale), columns - j);
            }
            gradient[label] = at_label;
        }
    }
}

static void sparse_cross_entropy_gradient_run(void *context) {
    const thaw_sparse_cross_entropy_gradient *work = context;
    const int32_t threads = thaw_useful_threads(work->threads, work->rows);
    thaw_parallel(sparse_cross_entropy_gradient_part, context, threads);
}
