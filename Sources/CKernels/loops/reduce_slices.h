// Reductions of one slice: along contiguous values, or down the columns of a matrix.

enum { SUM_BLOCK = 4096, ROW_CHUNK = 128 };

INLINE vec flip(vec x, int32_t sign_bit) { return from_bits(as_bits(x) ^ sign_bit); }

// float32 in blocks, double across them.
static double sum_of_row(const float *p, int64_t count) {
    double total = 0;
    for (int64_t i = 0; i < count; i += SUM_BLOCK) {
        total += (double)sum_of_values(p + i, thaw_minimum(SUM_BLOCK, count - i));
    }
    return total;
}

// The largest value, or with the sign bit as `sign_bit` minus the smallest. NaN are passed over; the
// last one met is left in `nan`, where there was none before.
INLINE float largest_of_row(const float *p, int64_t count, int32_t sign_bit, vec *nan) {
    vec m0 = splat(-INFINITY), m1 = m0, m2 = m0, m3 = m0, n0 = *nan, n1 = n0;
    int64_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        const vec x0 = flip(load(p + i), sign_bit), x1 = flip(load(p + i + LANES), sign_bit);
        const vec x2 = flip(load(p + i + 2 * LANES), sign_bit), x3 = flip(load(p + i + 3 * LANES), sign_bit);
        m0 = larger(x0, m0);
        m1 = larger(x1, m1);
        m2 = larger(x2, m2);
        m3 = larger(x3, m3);
        n0 = choose((x0 != x0) | (x1 != x1), splat(NAN), n0);
        n1 = choose((x2 != x2) | (x3 != x3), splat(NAN), n1);
    }
    const float rest = sign_bit ? INFINITY : -INFINITY;
    for (; i < count; i += LANES) {
        const vec x = flip(load_up_to(p + i, count - i, rest), sign_bit);
        m0 = larger(x, m0);
        n0 = choose(x != x, x, n0);
    }
    *nan = choose(n0 != n0, n0, n1);
    return largest_of_lanes(larger(larger(m0, m1), larger(m2, m3)));
}

static float maximum_of_row(const float *p, int64_t count, int32_t sign_bit) {
    vec nan = splat(0);
    const float m = largest_of_row(p, count, sign_bit, &nan);
    return any_lane(nan != nan) ? NAN : m;
}

typedef struct {
    float value;
    int32_t index;
} indexed_value;

// Whether a later `value` replaces `best`: it is larger, or the first NaN.
INLINE ivec replaces(vec value, vec best) { return (value > best) | ((value != value) & (best == best)); }

INLINE bool replaces_scalar(indexed_value candidate, indexed_value best) {
    const bool candidate_nan = candidate.value != candidate.value, best_nan = best.value != best.value;
    if (candidate_nan != best_nan) return candidate_nan;
    if (candidate_nan || candidate.value == best.value) return candidate.index < best.index;
    return candidate.value > best.value;
}

// The first of the largest values; a NaN counts as larger than all.
static indexed_value argument_maximum_of_row(const float *p, int64_t count) {
    vec best = splat(-INFINITY);
    ivec index = (ivec)(INT32_MAX), position = lane_numbers();
    for (int64_t i = 0; i < count; i += LANES) {
        const vec x = load_up_to(p + i, count - i, -INFINITY);
        const ivec mask = replaces(x, best);
        best = choose(mask, x, best);
        index = mask ? position : index;
        position += LANES;
    }
    if (!any_lane(best != best)) {
        const float largest = largest_of_lanes(best);
        const int32_t first = __builtin_reduce_min(best == splat(largest) ? index : (ivec)(INT32_MAX));
        // Nothing is larger than -infinity: the first of all.
        return (indexed_value){largest, first == INT32_MAX ? 0 : first};
    }
    indexed_value result = {-INFINITY, INT32_MAX};
    for (int lane = 0; lane < LANES; lane++) {
        indexed_value candidate = {best[lane], index[lane]};
        if (replaces_scalar(candidate, result)) result = candidate;
    }
    return result;
}

// sums[j] = the sum of column j. Chunks of rows, so that a wide matrix is walked in the order of memory.
static void sum_columns(const float *p, int64_t rows, int64_t stride, int64_t columns, double *sums) {
    for (int64_t j = 0; j < columns; j++) sums[j] = 0;
    for (int64_t first = 0; first < rows; first += ROW_CHUNK) {
        const int64_t end = thaw_minimum(rows, first + ROW_CHUNK);
        int64_t j = 0;
        for (; j + 2 * LANES <= columns; j += 2 * LANES) {
            vec a0 = splat(0), a1 = a0, b0 = a0, b1 = a0;
            const float *q = p + first * stride + j;
            int64_t r = first;
            for (; r + 2 <= end; r += 2, q += 2 * stride) {
                a0 += load(q);
                b0 += load(q + LANES);
                a1 += load(q + stride);
                b1 += load(q + stride + LANES);
            }
            if (r < end) {
                a0 += load(q);
                b0 += load(q + LANES);
            }
            store_double(sums + j, load_double(sums + j) + widen(a0 + a1));
            store_double(sums + j + LANES, load_double(sums + j + LANES) + widen(b0 + b1));
        }
        for (; j < columns; j += LANES) {
            const int64_t width = thaw_minimum(LANES, columns - j);
            vec a = splat(0);
            for (int64_t r = first; r < end; r++) a += load_up_to(p + r * stride + j, width, 0);
            for (int64_t k = 0; k < width; k++) sums[j + k] += (double)a[k];
        }
    }
}

// best[j] = the largest value of column j (or minus the smallest).
static void maximum_columns(
    const float *p, int64_t rows, int64_t stride, int64_t columns, int32_t sign_bit, float *best
) {
    fill_exact(best, -INFINITY, columns);
    for (int64_t first = 0; first < rows; first += ROW_CHUNK) {
        const int64_t end = thaw_minimum(rows, first + ROW_CHUNK);
        for (int64_t j = 0; j < columns; j += LANES) {
            vec m0 = load_up_to(best + j, columns - j, 0), m1 = m0;
            int64_t r = first;
            for (; r + 2 <= end; r += 2) {
                m0 = maximum_or_nan(m0, flip(load_up_to(p + r * stride + j, columns - j, 0), sign_bit));
                m1 = maximum_or_nan(m1, flip(load_up_to(p + (r + 1) * stride + j, columns - j, 0), sign_bit));
            }
            if (r < end) {
                m0 = maximum_or_nan(m0, flip(load_up_to(p + r * stride + j, columns - j, 0), sign_bit));
            }
            store_up_to(best + j, maximum_or_nan(m0, m1), columns - j);
        }
    }
}

// index[j] = the row of the first largest value of column j, values[j] = that value (values may be null).
static void argument_maximum_columns(
    const float *p, int64_t rows, int64_t stride, int64_t columns, int32_t *index, float *values
) {
    for (int64_t j = 0; j < columns; j += LANES) {
        const int64_t width = thaw_minimum(LANES, columns - j);
        vec best = load_up_to(p + j, width, 0);
        ivec position = (ivec)(0);
        for (int64_t r = 1; r < rows; r++) {
            const vec x = load_up_to(p + r * stride + j, width, 0);
            const ivec mask = replaces(x, best);
            best = choose(mask, x, best);
            position = mask ? (ivec)((int32_t)r) : position;
        }
        for (int64_t k = 0; k < width; k++) {
            index[j + k] = position[k];
            if (values) values[j + k] = best[k];
        }
    }
}
