// Whether all elements are finite: an exponent of all ones is an infinity or a NaN.

typedef struct {
    const thaw_all_finite *work;
    int32_t found;  // written by any thread, always to 1
} all_finite_state;

static bool has_non_finite(const float *p, int64_t count) {
    const int32_t exponent = 0x7f800000;
    for (int64_t first = 0; first < count; first += SUM_BLOCK) {
        const int64_t end = thaw_minimum(count, first + SUM_BLOCK);
        ivec f0 = (ivec)(0), f1 = f0, f2 = f0, f3 = f0;
        int64_t i = first;
        for (; i + 4 * LANES <= end; i += 4 * LANES) {
            f0 |= (as_bits(load(p + i)) & exponent) == exponent;
            f1 |= (as_bits(load(p + i + LANES)) & exponent) == exponent;
            f2 |= (as_bits(load(p + i + 2 * LANES)) & exponent) == exponent;
            f3 |= (as_bits(load(p + i + 3 * LANES)) & exponent) == exponent;
        }
        for (; i < end; i += LANES) f0 |= (as_bits(load_up_to(p + i, end - i, 0)) & exponent) == exponent;
        if (__builtin_reduce_or((f0 | f1) | (f2 | f3))) return true;
    }
    return false;
}

static void all_finite_part(void *context, int32_t index, int32_t count) {
    all_finite_state *state = context;
    const thaw_all_finite *work = state->work;
    for (int64_t b = 0; b < work->buffer_count; b++) {
        if (__atomic_load_n(&state->found, __ATOMIC_RELAXED)) return;
        // A small buffer goes whole to one thread, in turn.
        const bool is_small = work->counts[b] < 4096;
        if (is_small && b % count != index) continue;
        const thaw_range range = is_small ? (thaw_range){0, work->counts[b]}
                                          : thaw_partition(work->counts[b], 1024, index, count);
        if (has_non_finite(work->buffers[b] + range.begin, range.end - range.begin)) {
            __atomic_store_n(&state->found, 1, __ATOMIC_RELAXED);
            return;
        }
    }
}

static void all_finite_run(void *context) {
    const thaw_all_finite *work = context;
    all_finite_state state = {work, 0};
    thaw_parallel(all_finite_part, &state, work->threads);
    work->output[0] = state.found ? 0.0f : 1.0f;
}
