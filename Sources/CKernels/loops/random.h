// Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011) for LANES counters at once.

typedef struct {
    uvec x0, x1, x2, x3;
} philox_block;

typedef uint64_t wide_half __attribute__((ext_vector_type(THAW_LANES / 2)));

// The high and the low halves of the products, from the even and the odd lanes apart.
INLINE void multiply_wide(uvec x, uint64_t factor, uvec *high, uvec *low) {
    const wide_half lower = (wide_half)(0xffffffffull), m = (wide_half)(factor);
    const wide_half pairs = (wide_half)x;
    const wide_half even = (pairs & lower) * m, odd = (pairs >> 32) * m;
    *low = (uvec)((even & lower) | (odd << 32));
    *high = (uvec)((even >> 32) | (odd & ~lower));
}

INLINE philox_block philox(philox_block c, uint32_t key0, uint32_t key1) {
    for (int round = 0; round < 10; round++) {
        uvec high0, low0, high1, low1;
        multiply_wide(c.x0, 0xD2511F53u, &high0, &low0);
        multiply_wide(c.x2, 0xCD9E8D57u, &high1, &low1);
        c = (philox_block){high1 ^ c.x1 ^ (uvec)(key0), low1, high0 ^ c.x3 ^ (uvec)(key1), low0};
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return c;
}

INLINE vec unit(uvec u) {
    return __builtin_convertvector((ivec)(u >> 8), vec) * splat(5.9604644775390625e-8f);
}

// sqrt(-2 ln u1), with u1 in 2^-24 ... 1.
INLINE vec box_muller_radius(uvec a) {
    const vec u = __builtin_convertvector((ivec)(a >> 8) + 1, vec) * splat(5.9604644775390625e-8f);
    return __builtin_elementwise_sqrt(at_least(splat(-2.0f) * logarithm(u), 0.0f));
}

typedef struct {
    vec v0, v1, v2, v3;
} four_values;

INLINE void box_muller(uvec a, uvec b, vec *cosine, vec *sine) {
    const vec radius = box_muller_radius(a);
    // The angle in quarter turns, so that its reduction is exact.
    const vec turns = unit(b) * splat(4.0f);
    const vec quarter = __builtin_elementwise_rint(turns);
    const ivec quadrant = __builtin_convertvector(quarter, ivec);
    const vec r = (turns - quarter) * splat(1.57079632679f);
    *sine = radius * sine_in_quadrant(r, quadrant);
    *cosine = radius * sine_in_quadrant(r, quadrant + 1);
}

INLINE four_values distribute(philox_block x, int32_t distribution, float p0, float p1) {
    four_values v;
    if (distribution == THAW_NORMAL) {
        box_muller(x.x0, x.x1, &v.v0, &v.v1);
        box_muller(x.x2, x.x3, &v.v2, &v.v3);
        const vec scale = splat(p1), shift = splat(p0);
        return (four_values){
            shift + scale * v.v0, shift + scale * v.v1, shift + scale * v.v2, shift + scale * v.v3};
    }
    v = (four_values){unit(x.x0), unit(x.x1), unit(x.x2), unit(x.x3)};
    if (distribution == THAW_UNIFORM) {
        const vec scale = splat(p1 - p0), shift = splat(p0);
        return (four_values){
            shift + v.v0 * scale, shift + v.v1 * scale, shift + v.v2 * scale, shift + v.v3 * scale};
    }
    const vec limit = splat(p0);
    const ivec one = as_bits(splat(1.0f));
    return (four_values){
        from_bits((v.v0 < limit) & one), from_bits((v.v1 < limit) & one), from_bits((v.v2 < limit) & one),
        from_bits((v.v3 < limit) & one)};
}

// Counters are spread over the lanes so that transposing every group of four lanes leaves the values
// in order: counter i sits in lane 4 (i % (LANES / 4)) + i / (LANES / 4).
INLINE int lane_of_counter(int i) { return 4 * (i % (LANES / 4)) + i / (LANES / 4); }

INLINE uvec counters_of_lanes(void) {
    uvec v;
    for (int i = 0; i < LANES; i++) v[lane_of_counter(i)] = (uint32_t)i;
    return v;
}

#if THAW_LANES == 16
#define LOW_PAIRS(a, b) \
    __builtin_shufflevector( \
        a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH_PAIRS(a, b) \
    __builtin_shufflevector( \
        a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW_HALVES(a, b) \
    __builtin_shufflevector( \
        a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH_HALVES(a, b) \
    __builtin_shufflevector( \
        a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#elif THAW_LANES == 8
#define LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH_HALVES(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#else
#define LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define HIGH_HALVES(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#endif

// Value l of counter i goes to position 4 i + l.
INLINE void store_in_order(float *p, four_values v) {
    const vec a = LOW_PAIRS(v.v0, v.v1), b = HIGH_PAIRS(v.v0, v.v1);
    const vec c = LOW_PAIRS(v.v2, v.v3), d = HIGH_PAIRS(v.v2, v.v3);
    store(p, LOW_HALVES(a, c));
    store(p + LANES, HIGH_HALVES(a, c));
    store(p + 2 * LANES, LOW_HALVES(b, d));
    store(p + 3 * LANES, HIGH_HALVES(b, d));
}

typedef struct {
    const thaw_random *random;
    int64_t row_counters;  // counters of one row
} random_state;

// Counters first ..< end, numbered row after row.
INLINE void random_range(const random_state *state, int64_t first, int64_t end, int32_t distribution) {
    const thaw_random *random = state->random;
    const uint32_t key0 = (uint32_t)random->state[0] ^ (uint32_t)random->stream;
    const uint32_t key1 = (uint32_t)random->state[1] ^ (uint32_t)(random->stream >> 32);
    const uint32_t step = (uint32_t)random->state[2], position = (uint32_t)random->state[3];
    const uint32_t sample = (uint32_t)random->state[4];
    const int64_t columns = random->columns, per_row = state->row_counters;
    const bool contiguous = columns % 4 == 0;
    const uvec order = counters_of_lanes();
    int64_t row = first / per_row, column = first % per_row;
    for (int64_t t = first; t < end; t += LANES) {
        uvec counter = order + (uint32_t)column, sample_row = (uvec)(position + (uint32_t)row);
        const int64_t begin_row = row, begin_column = column;
        column += LANES;
        if (column >= per_row) {
            // Lanes past the end of a row belong to the next ones.
            if (per_row >= LANES) {
                const ivec beyond = counter >= (uvec)((uint32_t)per_row);
                counter -= (uvec)beyond & (uvec)((uint32_t)per_row);
                sample_row -= (uvec)beyond;
                column -= per_row;
                row++;
            } else {
                int64_t r = begin_row, c = begin_column;
                for (int i = 0; i < LANES; i++) {
                    counter[lane_of_counter(i)] = (uint32_t)c;
                    sample_row[lane_of_counter(i)] = position + (uint32_t)r;
                    if (++c == per_row) {
                        c = 0;
                        r++;
                    }
                }
                row = r;
                column = c;
            }
        }
        const philox_block block = {counter, sample_row, (uvec)(step), (uvec)(sample)};
        const four_values values =
            distribute(philox(block, key0, key1), distribution, random->p0, random->p1);
        float *output = random->output + begin_row * columns + 4 * begin_column;
        if (t + LANES <= end && (contiguous || 4 * (begin_column + LANES) <= columns)) {
            store_in_order(output, values);
            continue;
        }
        float lanes[4 * LANES];
        store_in_order(lanes, values);
        int64_t r = begin_row, c = begin_column;
        const int64_t counters = thaw_minimum(LANES, end - t);
        for (int64_t i = 0; i < counters; i++) {
            const int64_t width = thaw_minimum(4, columns - 4 * c);
            float *destination = random->output + r * columns + 4 * c;
            for (int64_t k = 0; k < width; k++) destination[k] = lanes[4 * i + k];
            if (++c == per_row) {
                c = 0;
                r++;
            }
        }
    }
}

static void random_part(void *context, int32_t index, int32_t count) {
    const random_state *state = context;
    const thaw_random *random = state->random;
    const thaw_range range = thaw_partition(random->rows * state->row_counters, 16, index, count);
    if (range.begin >= range.end) return;
    switch (random->distribution) {
    case THAW_NORMAL: random_range(state, range.begin, range.end, THAW_NORMAL); break;
    case THAW_BERNOULLI: random_range(state, range.begin, range.end, THAW_BERNOULLI); break;
    default: random_range(state, range.begin, range.end, THAW_UNIFORM);
    }
}

static void random_run(void *context) {
    const thaw_random *random = context;
    random_state state = {random, (random->columns + 3) / 4};
    if (state.row_counters < 1) return;
    const int64_t groups = random->rows * state.row_counters / 16;
    thaw_parallel(random_part, &state, thaw_useful_threads(random->threads, groups));
}
