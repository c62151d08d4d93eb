// Softmax and log-softmax along rows.

// Writes e^(x - m) when `output` is given, and returns its sum: float32 in blocks, double across them.
INLINE float exponential_sum(const float *x, float m, float *output, int64_t columns) {
    const vec shift = splat(m);
    double total = 0;
    for (int64_t first = 0; first < columns; first += SUM_BLOCK) {
        const int64_t end = thaw_minimum(columns, first + SUM_BLOCK);
        vec s0 = splat(0), s1 = s0;
        int64_t j = first;
        for (; j + 2 * LANES <= end; j += 2 * LANES) {
            const vec e0 = exponential(load(x + j) - shift), e1 = exponential(load(x + j + LANES) - shift);
            if (output) {
                store(output + j, e0);
                store(output + j + LANES, e1);
            }
            s0 += e0;
            s1 += e1;
        }
        for (; j < end; j += LANES) {
            const vec e = exponential(load_up_to(x + j, end - j, -INFINITY) - shift);
            if (output) store_up_to(output + j, e, end - j);
            s0 += e;
        }
        total += (double)sum_of_lanes(s0 + s1);
    }
    return (float)total;
}

// The largest value. A NaN need not be looked for: it comes out in the sum of exponentials.
INLINE float shift_of_row(const float *x, int64_t columns) {
    vec m0 = splat(-INFINITY), m1 = m0;
    int64_t j = 0;
    for (; j + 2 * LANES <= columns; j += 2 * LANES) {
        m0 = larger(load(x + j), m0);
        m1 = larger(load(x + j + LANES), m1);
    }
    for (; j < columns; j += LANES) m0 = larger(load_up_to(x + j, columns - j, -INFINITY), m0);
    return largest_of_lanes(larger(m0, m1));
}

INLINE float logarithm_of(float x) {
    const vec result = logarithm(splat(x));
    return result[0];
}

INLINE void softmax_row(const float *input, float *output, int64_t columns, bool is_logarithm) {
    if (columns <= LANES) {
        const vec x = load_partial(input, columns, -INFINITY);
        const vec shifted = x - splat(largest_of_lanes(x));
        const vec e = exponential(shifted);
        const float sum = sum_of_lanes(e);
        const vec result = is_logarithm ? shifted - logarithm(splat(sum)) : e * splat(1.0f / sum);
        store_partial(output, result, columns);
        return;
    }
    const float m = shift_of_row(input, columns);
    if (is_logarithm) {
        const vec shift = splat(m), rest = splat(logarithm_of(exponential_sum(input, m, NULL, columns)));
        for (int64_t j = 0; j < columns; j += LANES) {
            store_up_to(output + j, load_up_to(input + j, columns - j, 0) - shift - rest, columns - j);
        }
    } else {
        const vec factor = splat(1.0f / exponential_sum(input, m, output, columns));
        for (int64_t j = 0; j < columns; j += LANES) {
            store_up_to(output + j, load_up_to(output + j, columns - j, 0) * factor, columns - j);
        }
    }
}

static void softmax_part(void *context, int32_t index, int32_t count) {
    const thaw_softmax *softmax = context;
    const thaw_range range = thaw_partition(softmax->rows, 1, index, count);
    for (int64_t r = range.begin; r < range.end; r++) {
        const int64_t offset = r * softmax->columns;
        softmax_row(
            softmax->input + offset, softmax->output + offset, softmax->columns, softmax->logarithm != 0);
    }
}

static void softmax_run(void *context) {
    const thaw_softmax *softmax = context;
    thaw_parallel(softmax_part, context, thaw_useful_threads(softmax->threads, softmax->rows));
}
