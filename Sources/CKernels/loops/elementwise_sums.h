// Sums of blocks: float32 in a block, double across blocks.

INLINE float sum_of_values(const float *p, int64_t count) {
    vec s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    int64_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        s0 += load(p + i);
        s1 += load(p + i + LANES);
        s2 += load(p + i + 2 * LANES);
        s3 += load(p + i + 3 * LANES);
    }
    for (; i + LANES <= count; i += LANES) s0 += load(p + i);
    if (i < count) s1 += load_partial(p + i, count - i, 0);
    return sum_of_lanes((s0 + s1) + (s2 + s3));
}

// sums[j] += the sum of column j of a small matrix whose rows are `columns` apart.
static void add_column_sums(double *sums, const float *p, int64_t rows, int64_t columns) {
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        vec s0 = splat(0), s1 = splat(0);
        const float *column = p + j;
        int64_t r = 0;
        for (; r + 2 <= rows; r += 2) {
            s0 += load(column + r * columns);
            s1 += load(column + (r + 1) * columns);
        }
        if (r < rows) s0 += load(column + r * columns);
        store_double(sums + j, load_double(sums + j) + widen(s0 + s1));
    }
    if (j < columns) {
        vec s = splat(0);
        for (int64_t r = 0; r < rows; r++) s += load_partial(p + j + r * columns, columns - j, 0);
        for (int64_t k = j; k < columns; k++) sums[k] += (double)s[k - j];
    }
}
