// Mean and variance of columns. Chunks of rows are read twice while they lie in the cache: once for an
// approximate mean, once for the deviations from it. Chunks, and then threads, are merged in double
// (Chan, Golub and LeVeque 1979).

typedef struct {
    const thaw_moments *moments;
    int32_t threads;
} moments_state;

typedef struct {
    double *mean, *deviation;
    float *chunk;
} moments_sums;

static moments_sums moments_of_thread(const moments_state *state, int32_t index) {
    char *base = (char *)state->moments->scratch + index * thaw_moments_thread_bytes(state->moments);
    const int64_t padded = thaw_round_up(state->moments->columns, 16);
    double *mean = (double *)(void *)base;
    return (moments_sums){mean, mean + padded, (float *)(void *)(mean + 2 * padded)};
}

// The weights that merge a set of `added` values into one of `before`.
typedef struct {
    double mean, deviation;
} merge_weights;

INLINE merge_weights weights_for(int64_t before, int64_t added) {
    const double total = (double)(before + added);
    return (merge_weights){(double)added / total, (double)before * ((double)added / total)};
}

// The sums of a chunk's columns, row by row as they lie in memory, which is what the processor fetches ahead.
static void sum_chunk(const float *p, int64_t rows, int64_t columns, float *sums) {
    for (int64_t j = 0; j < columns; j += LANES) store(sums + j, splat(0));
    for (int64_t r = 0; r < rows; r++, p += columns) {
        for (int64_t j = 0; j < columns; j += LANES) {
            store(sums + j, load(sums + j) + load_up_to(p + j, columns - j, 0));
        }
    }
}

// One vector of columns of a chunk in the cache, whose sum is known, merged into the running moments.
INLINE void merge_chunk(
    const float *p, int64_t rows, int64_t stride, int64_t width, vec sum, merge_weights weights, bool first,
    double *mean, double *deviation
) {
    const vec centre = sum * splat(1.0f / (float)rows);
    vec d0 = splat(0), d1 = d0, d2 = d0, d3 = d0;
    vec s0 = d0, s1 = d0, s2 = d0, s3 = d0;
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4, p += 4 * stride) {
        const vec x0 = load_up_to(p, width, 0) - centre;
        const vec x1 = load_up_to(p + stride, width, 0) - centre;
        const vec x2 = load_up_to(p + 2 * stride, width, 0) - centre;
        const vec x3 = load_up_to(p + 3 * stride, width, 0) - centre;
        s0 += x0;
        s1 += x1;
        s2 += x2;
        s3 += x3;
        d0 += x0 * x0;
        d1 += x1 * x1;
        d2 += x2 * x2;
        d3 += x3 * x3;
    }
    for (; r < rows; r++, p += stride) {
        const vec x = load_up_to(p, width, 0) - centre;
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
    const int64_t columns = moments->columns, chunk = thaw_moments_chunk(columns);
    const moments_sums sums = moments_of_thread(state, index);
    const thaw_range range = thaw_partition(moments->rows, 1, index, count);
    for (int64_t first = range.begin; first < range.end; first += chunk) {
        const int64_t rows = thaw_minimum(chunk, range.end - first);
        const merge_weights weights = weights_for(first - range.begin, rows);
        const bool is_first = first == range.begin;
        const float *p = moments->input + first * columns;
        sum_chunk(p, rows, columns, sums.chunk);
        int64_t j = 0;
        for (; j + LANES <= columns; j += LANES) {
            merge_chunk(
                p + j, rows, columns, LANES, load(sums.chunk + j), weights, is_first, sums.mean + j,
                sums.deviation + j);
        }
        if (j < columns) {
            merge_chunk(
                p + j, rows, columns, columns - j, load(sums.chunk + j), weights, is_first, sums.mean + j,
                sums.deviation + j);
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
