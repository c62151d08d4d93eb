// Normalization and activation in one pass, and the way back in two. The way back computes again what lay before the
// activation, from the input that it reads anyway: so neither that nor the gradient behind it is ever in memory. Rows are
// taken one after the other as they lie there, which is what the processor fetches ahead.

// Before the activation; the way back must see the bits of the way there.
INLINE vec normalized(vec centred, vec scale, vec shift) { return centred * scale + shift; }

INLINE vec activated(int32_t activation, vec value, float maximum) {
    switch (activation) {
    case THAW_ACTIVATION_RELU: return at_least(value, 0.0f);
    case THAW_ACTIVATION_CLIPPED_RELU: return clipped(value, 0.0f, maximum);
    default: return value;
    }
}

// The gradient that arrives, where the activation lets it through; 0 elsewhere and where the value is NaN.
INLINE vec let_through(int32_t activation, vec value, float maximum, vec gradient) {
    switch (activation) {
    case THAW_ACTIVATION_RELU: return choose(value > splat(0), gradient, splat(0));
    case THAW_ACTIVATION_CLIPPED_RELU:
        return choose((value > splat(0)) & (value < splat(maximum)), gradient, splat(0));
    default: return gradient;
    }
}

// Calls rows(..., activation) with an activation that the compiler knows.
#define FOR_ACTIVATION(rows, activation, ...) \
    switch (activation) { \
    case THAW_ACTIVATION_RELU: rows(__VA_ARGS__, THAW_ACTIVATION_RELU); break; \
    case THAW_ACTIVATION_CLIPPED_RELU: rows(__VA_ARGS__, THAW_ACTIVATION_CLIPPED_RELU); break; \
    default: rows(__VA_ARGS__, THAW_ACTIVATION_NONE); break; \
    }

// ---------------------------------------------------------------- the way there

INLINE void normalize_channels(
    const thaw_normalized_activation *work, int64_t row, int64_t channel, int64_t count, bool past_cache,
    int32_t activation
) {
    const int64_t at = row * work->columns + channel;
    const vec centred = load_up_to(work->input + at, count, 0) - load_up_to(work->mean + channel, count, 0);
    vec value = normalized(
        centred, load_up_to(work->scale + channel, count, 0), load_up_to(work->shift + channel, count, 0));
    if (work->residual) value += load_up_to(work->residual + at, count, 0);
    const vec result = activated(activation, value, work->maximum);
    if (past_cache) {
        store_past_cache(work->output + at, result);
    } else {
        store_up_to(work->output + at, result, count);
    }
}

INLINE void normalize_rows(
    const thaw_normalized_activation *work, thaw_range rows, bool past_cache, int32_t activation
) {
    const int64_t columns = work->columns, whole = columns - columns % LANES;
    for (int64_t row = rows.begin; row < rows.end; row++) {
        for (int64_t j = 0; j < whole; j += LANES) {
            normalize_channels(work, row, j, LANES, past_cache, activation);
        }
        if (whole < columns) normalize_channels(work, row, whole, columns - whole, false, activation);
    }
}

static void normalized_activation_part(void *context, int32_t index, int32_t count) {
    const thaw_normalized_activation *work = context;
    const thaw_range rows = thaw_partition(work->rows, 1, index, count);
    const bool past_cache = work->output != work->residual && work->output != work->input
        && is_worth_storing_past_cache(work->output, work->rows, work->columns);
    FOR_ACTIVATION(normalize_rows, work->activation, work, rows, past_cache)
    finish_stores_past_cache();
}

static void normalized_activation_run(void *context) {
    const thaw_normalized_activation *work = context;
    thaw_parallel(normalized_activation_part, context, thaw_useful_threads(work->threads, work->rows));
}

// ---------------------------------------------------------------- sums of columns

// Of one thread: float32 over a few rows, double over those.
typedef struct {
    double *total;
    float *chunk;
} column_sums;

// Number `number` of `count` in a thread's scratch memory.
static column_sums column_sums_of(void *scratch, int64_t columns, int32_t thread, int64_t number, int64_t count) {
    const int64_t padded = thaw_round_up(columns, 16);
    char *base = (char *)scratch + thread * thaw_column_sums_thread_bytes(columns, count);
    double *totals = (double *)(void *)base;
    float *chunks = (float *)(void *)(totals + count * padded);
    return (column_sums){totals + number * padded, chunks + number * padded};
}

// Lanes beyond the last column are 0, or belong to nothing.
INLINE void add_to_chunk(column_sums sums, int64_t column, vec value) {
    store(sums.chunk + column, load(sums.chunk + column) + value);
}

static void add_chunk(column_sums sums, int64_t columns) {
    for (int64_t j = 0; j < columns; j += LANES) {
        store_double(sums.total + j, load_double(sums.total + j) + widen(load(sums.chunk + j)));
        store(sums.chunk + j, splat(0));
    }
}

// Whether the chunk that a row ends is to be added.
INLINE bool ends_chunk(thaw_range rows, int64_t row) {
    return (row - rows.begin + 1) % THAW_ACTIVATION_CHUNK == 0 || row + 1 == rows.end;
}

// Adds up what the threads have, in the order of threads.
static void finish_column_sums(
    float *result, void *scratch, int64_t columns, int32_t threads, int64_t number, int64_t count
) {
    for (int64_t j = 0; j < columns; j++) {
        double sum = 0;
        for (int32_t t = 0; t < threads; t++) sum += column_sums_of(scratch, columns, t, number, count).total[j];
        result[j] = (float)sum;
    }
}

// ---------------------------------------------------------------- the way back: sums

INLINE void sum_channels(
    const thaw_normalized_activation_sums *work, column_sums sums, column_sums products, int64_t row,
    int64_t channel, int64_t count, int32_t activation
) {
    const int64_t at = row * work->columns + channel;
    const vec centred = load_up_to(work->input + at, count, 0) - load_up_to(work->mean + channel, count, 0);
    vec gradient = load_up_to(work->gradient + at, count, 0);
    if (activation != THAW_ACTIVATION_NONE) {
        const vec value = normalized(
            centred, load_up_to(work->scale + channel, count, 0),
            load_up_to(work->shift + channel, count, 0));
        gradient = let_through(activation, value, work->maximum, gradient);
    }
    add_to_chunk(sums, channel, gradient);
    add_to_chunk(products, channel, gradient * centred);
}

INLINE void sum_rows(
    const thaw_normalized_activation_sums *work, column_sums sums, column_sums products, thaw_range rows,
    int32_t activation
) {
    const int64_t columns = work->columns, whole = columns - columns % LANES;
    for (int64_t row = rows.begin; row < rows.end; row++) {
        for (int64_t j = 0; j < whole; j += LANES) {
            sum_channels(work, sums, products, row, j, LANES, activation);
        }
        if (whole < columns) sum_channels(work, sums, products, row, whole, columns - whole, activation);
        if (ends_chunk(rows, row)) {
            add_chunk(sums, columns);
            add_chunk(products, columns);
        }
    }
}

static void normalized_activation_sums_part(void *context, int32_t index, int32_t count) {
    const thaw_normalized_activation_sums *work = context;
    const column_sums sums = column_sums_of(work->scratch, work->columns, index, 0, 2);
    const column_sums products = column_sums_of(work->scratch, work->columns, index, 1, 2);
    memset(sums.total, 0, (size_t)thaw_column_sums_thread_bytes(work->columns, 2));
    const thaw_range rows = thaw_partition(work->rows, 1, index, count);
    FOR_ACTIVATION(sum_rows, work->activation, work, sums, products, rows)
}

static void normalized_activation_sums_run(void *context) {
    const thaw_normalized_activation_sums *work = context;
    const int32_t threads = thaw_column_sums_threads(work->threads, work->rows);
    thaw_parallel(normalized_activation_sums_part, context, threads);
    finish_column_sums(work->sums, work->scratch, work->columns, threads, 0, 2);
    finish_column_sums(work->products, work->scratch, work->columns, threads, 1, 2);
}

// ---------------------------------------------------------------- the way back: the gradient of the input

INLINE void gradient_of_channels(
    const thaw_normalized_activation_gradient *work, column_sums sums, int64_t row, int64_t channel,
    int64_t count, bool past_cache, int32_t activation
) {
    const int64_t at = row * work->columns + channel;
    const vec centred = load_up_to(work->input + at, count, 0) - load_up_to(work->mean + channel, count, 0);
    const vec scale = load_up_to(work->scale + channel, count, 0);
    vec gradient = load_up_to(work->gradient + at, count, 0);
    if (activation != THAW_ACTIVATION_NONE) {
        const vec value = normalized(centred, scale, load_up_to(work->shift + channel, count, 0));
        gradient = let_through(activation, value, work->maximum, gradient);
    }
    const vec slope = load_up_to(work->slope + channel, count, 0);
    const vec result = gradient * scale + (centred * slope + load_up_to(work->offset + channel, count, 0));
    if (sums.chunk) add_to_chunk(sums, channel, result);
    if (past_cache) {
        store_past_cache(work->output + at, result);
    } else {
        store_up_to(work->output + at, result, count);
    }
}

INLINE void gradient_of_rows(
    const thaw_normalized_activation_gradient *work, column_sums sums, thaw_range rows, bool past_cache,
    int32_t activation
) {
    const int64_t columns = work->columns, whole = columns - columns % LANES;
    for (int64_t row = rows.begin; row < rows.end; row++) {
        for (int64_t j = 0; j < whole; j += LANES) {
            gradient_of_channels(work, sums, row, j, LANES, past_cache, activation);
        }
        if (whole < columns) gradient_of_channels(work, sums, row, whole, columns - whole, false, activation);
        if (sums.chunk && ends_chunk(rows, row)) add_chunk(sums, columns);
    }
}

static void normalized_activation_gradient_part(void *context, int32_t index, int32_t count) {
    const thaw_normalized_activation_gradient *work = context;
    const thaw_range rows = thaw_partition(work->rows, 1, index, count);
    const bool past_cache = work->output != work->gradient && work->output != work->input
        && is_worth_storing_past_cache(work->output, work->rows, work->columns);
    column_sums sums = {NULL, NULL};
    if (work->sums) {
        sums = column_sums_of(work->scratch, work->columns, index, 0, 1);
        memset(sums.total, 0, (size_t)thaw_column_sums_thread_bytes(work->columns, 1));
    }
    FOR_ACTIVATION(gradient_of_rows, work->activation, work, sums, rows, past_cache)
    finish_stores_past_cache();
}

static void normalized_activation_gradient_run(void *context) {
    const thaw_normalized_activation_gradient *work = context;
    const int32_t threads = work->sums ? thaw_column_sums_threads(work->threads, work->rows)
                                       : thaw_useful_threads(work->threads, work->rows);
    thaw_parallel(normalized_activation_gradient_part, context, threads);
    if (work->sums) finish_column_sums(work->sums, work->scratch, work->columns, threads, 0, 1);
}

#undef FOR_ACTIVATION
