// Vectors of THAW_LANES floats, and what moves them in and out of memory.

#define INLINE static inline __attribute__((always_inline))

enum { LANES = THAW_LANES };

typedef float vec __attribute__((ext_vector_type(THAW_LANES)));
typedef int32_t ivec __attribute__((ext_vector_type(THAW_LANES)));
typedef uint32_t uvec __attribute__((ext_vector_type(THAW_LANES)));
typedef double dvec __attribute__((ext_vector_type(THAW_LANES)));
typedef int64_t lvec __attribute__((ext_vector_type(THAW_LANES)));
typedef vec unaligned_vec __attribute__((aligned(4)));
typedef dvec unaligned_dvec __attribute__((aligned(8)));

INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }
INLINE void store(float *p, vec v) { *(unaligned_vec *)p = v; }
INLINE dvec load_double(const double *p) { return *(const unaligned_dvec *)p; }
INLINE void store_double(double *p, dvec v) { *(unaligned_dvec *)p = v; }
INLINE vec splat(float value) { return (vec)(value); }
INLINE ivec as_bits(vec v) { return (ivec)v; }
INLINE vec from_bits(ivec v) { return (vec)v; }
INLINE vec choose(ivec mask, vec a, vec b) { return mask ? a : b; }
INLINE dvec widen(vec v) { return __builtin_convertvector(v, dvec); }
INLINE vec narrow(dvec v) { return __builtin_convertvector(v, vec); }

INLINE ivec lane_numbers(void) {
    ivec v;
    for (int i = 0; i < LANES; i++) v[i] = i;
    return v;
}

// The first `count` lanes (0 ... LANES) from memory, the others `rest`; nothing beyond is touched.
INLINE vec load_partial(const float *p, int64_t count, float rest) {
#if THAW_LANES == 16
    return (vec)_mm512_mask_loadu_ps((__m512)splat(rest), (__mmask16)((1u << count) - 1u), p);
#elif THAW_LANES == 8
    ivec mask = lane_numbers() < (ivec)((int32_t)count);
    return choose(mask, (vec)_mm256_maskload_ps(p, (__m256i)mask), splat(rest));
#else
    vec v = splat(rest);
    for (int i = 0; i < LANES; i++) {
        if (i < count) v[i] = p[i];
    }
    return v;
#endif
}

INLINE void store_partial(float *p, vec v, int64_t count) {
#if THAW_LANES == 16
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1u), (__m512)v);
#elif THAW_LANES == 8
    ivec mask = lane_numbers() < (ivec)((int32_t)count);
    _mm256_maskstore_ps(p, (__m256i)mask, (__m256)v);
#else
    for (int i = 0; i < LANES; i++) {
        if (i < count) p[i] = v[i];
    }
#endif
}

// A whole vector to memory without bringing its cache line in first; `p` is aligned to a vector. Call
// `finish_stores_past_cache` before other threads read.
INLINE void store_past_cache(float *p, vec v) { __builtin_nontemporal_store(v, (vec *)(void *)p); }

INLINE void finish_stores_past_cache(void) {
#if THAW_X86_64
    _mm_sfence();
#endif
}

// What is larger than this is written past the cache: it would not be there any more when it is read. (Measured with 32 MiB
// of last-level cache: 0.6 of the time for a copy of 50 MB; at 13 MB no gain in one run, some in another.)
enum { PAST_CACHE_ELEMENTS = 6 << 20 };

INLINE bool is_worth_storing_past_cache(const float *p, int64_t rows, int64_t columns) {
    return rows * columns >= PAST_CACHE_ELEMENTS && columns % LANES == 0 && (uintptr_t)p % sizeof(vec) == 0;
}

// A part of a vector or a whole one, for loops whose last turn is shorter.
INLINE vec load_up_to(const float *p, int64_t remaining, float rest) {
    return remaining >= LANES ? load(p) : load_partial(p, remaining, rest);
}

INLINE void store_up_to(float *p, vec v, int64_t remaining) {
    if (remaining >= LANES) {
        store(p, v);
    } else {
        store_partial(p, v, remaining);
    }
}

// The larger or the smaller; the second if either is NaN.
INLINE vec larger(vec a, vec b) { return choose(a > b, a, b); }
INLINE vec smaller(vec a, vec b) { return choose(a < b, a, b); }

// The larger or the smaller, and a NaN if either is one.
INLINE vec maximum_or_nan(vec a, vec b) { return choose(a != a, a, larger(a, b)); }
INLINE vec minimum_or_nan(vec a, vec b) { return choose(a != a, a, smaller(a, b)); }

// Lanes exchanged with those at a distance, so that four (three, two) steps combine all of them.
#if THAW_LANES == 16
#define FOLD(v, combine) \
    do { \
        v = combine(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
        v = combine(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)); \
        v = combine(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)); \
        v = combine(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)); \
    } while (0)
#elif THAW_LANES == 8
#define FOLD(v, combine) \
    do { \
        v = combine(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3)); \
        v = combine(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5)); \
        v = combine(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)); \
    } while (0)
#else
#define FOLD(v, combine) \
    do { \
        v = combine(v, __builtin_shufflevector(v, v, 2, 3, 0, 1)); \
        v = combine(v, __builtin_shufflevector(v, v, 1, 0, 3, 2)); \
    } while (0)
#endif

INLINE vec add_vectors(vec a, vec b) { return a + b; }

INLINE float sum_of_lanes(vec v) {
    FOLD(v, add_vectors);
    return v[0];
}

// Of a vector without NaN.
INLINE float largest_of_lanes(vec v) {
    FOLD(v, larger);
    return v[0];
}

INLINE bool any_lane(ivec mask) { return __builtin_reduce_or(mask) != 0; }

// Copies, and fills the destination with zeros up to a whole number of vectors.
INLINE void copy_padded(float *destination, const float *source, int64_t count) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) store(destination + i, load(source + i));
    if (i < count) store(destination + i, load_partial(source + i, count - i, 0));
}

// Copies exactly `count` elements.
INLINE void copy_exact(float *destination, const float *source, int64_t count) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) store(destination + i, load(source + i));
    if (i < count) store_partial(destination + i, load(source + i), count - i);
}

INLINE void fill_exact(float *destination, float value, int64_t count) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) store(destination + i, splat(value));
    if (i < count) store_partial(destination + i, splat(value), count - i);
}
