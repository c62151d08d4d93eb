// Mean and variance of columns. Chunks of rows are read twice while they lie in the cache: once for an
// approximate mean, once for the deviations from it. Chunks, and then threads, are merged in double
// (Chan, Golub and LeVeque 1979).

typedef struct {
    const thaw_moments *moments;
    int32_t threads;
} moments_state;

typedef struct {
    double *mean, *deviation;
} moments_sums;

static moments_sums moments_of_thread(const moments_state *state, int32_t index) {
    char *base = (char *)state->moments->scratch + index * thaw_moments_thread_bytes(state->moments);
    double *mean = (double *)(void *)base;
    return (moments_sums){mean, mean + thaw_round_up(state->moments->columns, 16)};
}

// The weights that merge a set of `added` values into one of `before`.
typedef struct {
    double mean, deviation;
} merge_weights;

INLINE merge_weights weights_for(int64_t before, int64_t added) {
    const double total = (double)(before + added);
    return (merge_weights){(double)added / total, (double)before * ((double)added / total)};
}

// One vector of columns of one chunk of rows, merged into the running sums.
INLINE void moments_of_chunk(
    const float *p, int64_t rows, int64_t stride, int64_t width, merge_weights weights, bool first,
    double *mean, double *deviation
) {
    vec s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    const float *q = p;
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4, q += 4 * stride) {
        s0 += load_up_to(q, width, 0);
        s1 += load_up_to(q + stride, width, 0);
        s2 += load_up_to(q + 2 * stride, width, 0);
        s3 += load_up_to(q + 3 * stride, width, 0);
    }
    for (; r < rows; r++, q += stride) s0 += load_up_to(q, width, 0);
    const vec centre = ((s0 + s1) + (s2 + s3)) * splat(1.0f / (float)rows);
    vec d0 = splat(0), d1 = d0, d2 = d0, d3 = d0;
    s0 = s1 = s2 = s3 = d0;
    q = p;
    for (r = 0; r + 4 <= rows; r += 4, q += 4 * stride) {
        const vec x0 = load_up_to(q, width, 0) - centre;
        const vec x1 = load_up_to(q + stride, width, 0) - centre;
        const vec x2 = load_up_to(q + 2 * stride, width, 0) - centre;
        const vec x3 = load_up_to(q + 3 * stride, width, 0) - centre;
        s0 += x0;
        s1 += x1;
        s2 += x2;
        s3 += x3;
        d0 += x0 * x0;
        d1 += x1 * x1;
        d2 += x2 * x2;
        d3 += x3 * x3;
    }
    for (; r < rows; r++, q += stride) {
        const vec x = load_up_to(q, width, 0) - centre;
        s0 += x;
        d0 += x * x;
    }
    // The centre is rounded; what the deviations sum up to corrects both moments.
    const dvec rest = widen((s0 + s1) + (s2 + s3)) * (dvec)(1.0 / (double)rows);
    const dvec chunk_mean = widen(centre) + rest;
    const dvec chunk_deviation = widen((d0 + d1) + (d2 + d3)) - rest * rest * (dvec)((double)rows);
    if (first) {
        store_double(mean, chunk_mean);
        store_double(deviation, chunk_deviation);
    } else {
        const dvec old = load_double(mean), delta = chunk_mean - old;
        store_double(mean, old + delta * (dvec)(weights.mean));
        store_double(
            deviation, load_double(deviation) + chunk_deviation + delta * delta * (dvec)(weights.deviation));
    }
}

static void moments_part(void *context, int32_t index, int32_t count) {
    const moments_state *state = context;
    const thaw_moments *moments = state->moments;
    const int64_t columns = moments->columns;
    const moments_sums sums = moments_of_thread(state, index);
    const thaw_range range = thaw_partition(moments->rows, 1, index, count);
    for (int64_t first = range.begin; first < range.end; first += THAW_MOMENTS_CHUNK) {
        const int64_t rows = thaw_minimum(THAW_MOMENTS_CHUNK, range.end - first);
        const merge_weights weights = weights_for(first - range.begin, rows);
        const bool is_first = first == range.begin;
        const float *p = moments->input + first * columns;
        int64_t j = 0;
        for (; j + LANES <= columns; j += LANES) {
            moments_of_chunk(
                p + j, rows, columns, LANES, weights, is_first, sums.mean + j, sums.deviation + j);
        }
        if (j < columns) {
            moments_of_chunk(
                p + j, rows, columns, columns - j, weights, is_first, sums.mean + j, sums.deviation + j);
        }
    }
}

static void moments_run(void *context) {
    const thaw_moments *moments = context;
    const moments_state state = {moments, thaw_moments_threads(moments)};
    thaw_parallel(moments_part, (void *)(uintptr_t)&state, state.threads);
    const moments_sums sums = moments_of_thread(&state, 0);
    const int64_t columns = moments->columns;
    int64_t before = thaw_partition(moments->rows, 1, 0, state.threads).end;
    for (int32_t t = 1; t < state.threads; t++) {
        const thaw_range range = thaw_partition(moments->rows, 1, t, state.threads);
        const merge_weights weights = weights_for(before, range.end - range.begin);
        const moments_sums other = moments_of_thread(&state, t);
        for (int64_t j = 0; j < columns; j++) {
            const double delta = other.mean[j] - sums.mean[j];
            sums.mean[j] += delta * weights.mean;
            sums.deviation[j] += other.deviation[j] + delta * delta * weights.deviation;
        }
        before += range.end - range.begin;
    }
    const double factor = 1.0 / (double)moments->rows;
    for (int64_t j = 0; j < columns; j++) {
        const double variance = sums.deviation[j] * factor;
        moments->mean[j] = (float)sums.mean[j];
        // Rounding may leave a tiny negative number; a NaN passes.
        moments->variance[j] = (float)(variance < 0 ? 0 : variance);
    }
}
