// Reductions over the middle axis of [outer, reduced, inner].

typedef struct {
    const thaw_reduce *reduce;
    thaw_reduce_plan plan;
} reduce_run_state;

static double *sums_of_thread(const reduce_run_state *state, int32_t index) {
    return (double *)(void *)((char *)state->reduce->scratch + index * state->plan.thread_bytes);
}

static int32_t *indices_of_thread(const reduce_run_state *state, int32_t index) {
    return (int32_t *)(void *)(sums_of_thread(state, index) + thaw_round_up(state->plan.columns, 16));
}

INLINE int32_t sign_bit_of(const thaw_reduce *reduce) {
    return reduce->kind == THAW_REDUCE_MINIMUM ? (int32_t)0x80000000 : 0;
}

INLINE double factor_of(const thaw_reduce *reduce) {
    return reduce->kind == THAW_REDUCE_MEAN ? 1.0 / (double)reduce->reduced : 1.0;
}

// Rows of contiguous values, each reduced to one result.
static void reduce_rows(const thaw_reduce *reduce, int64_t first, int64_t end) {
    const int64_t count = reduce->reduced;
    const int32_t sign_bit = sign_bit_of(reduce);
    const double factor = factor_of(reduce);
    float *output = reduce->output;
    for (int64_t o = first; o < end; o++) {
        const float *row = reduce->input + o * count;
        switch (reduce->kind) {
        case THAW_REDUCE_SUM:
        case THAW_REDUCE_MEAN: output[o] = (float)(sum_of_row(row, count) * factor); break;
        case THAW_REDUCE_ARGUMENT_MAXIMUM:
            ((int32_t *)reduce->output)[o] = argument_maximum_of_row(row, count).index;
            break;
        default: {
            const float value = maximum_of_row(row, count, sign_bit);
            output[o] = sign_bit ? -value : value;
        }
        }
    }
}

// Columns first ..< end of outer slice `o`.
static void reduce_columns(const thaw_reduce *reduce, int64_t o, int64_t first, int64_t end, double *sums) {
    const int64_t inner = reduce->inner, width = end - first;
    const float *input = reduce->input + o * reduce->reduced * inner + first;
    float *output = (float *)reduce->output + o * inner + first;
    const int32_t sign_bit = sign_bit_of(reduce);
    if (width <= 0) return;
    switch (reduce->kind) {
    case THAW_REDUCE_SUM:
    case THAW_REDUCE_MEAN: {
        const double factor = factor_of(reduce);
        sum_columns(input, reduce->reduced, inner, width, sums);
        for (int64_t j = 0; j < width; j++) output[j] = (float)(sums[j] * factor);
        break;
    }
    case THAW_REDUCE_ARGUMENT_MAXIMUM:
        argument_maximum_columns(
            input, reduce->reduced, inner, width, (int32_t *)reduce->output + o * inner + first, NULL);
        break;
    default:
        maximum_columns(input, reduce->reduced, inner, width, sign_bit, output);
        if (sign_bit) {
            for (int64_t j = 0; j < width; j++) output[j] = -output[j];
        }
    }
}

// A part of the reduced axis, into the thread's partial results: sums as double, others as float.
static void reduce_partially(const reduce_run_state *state, int32_t index, int64_t first, int64_t end) {
    const thaw_reduce *reduce = state->reduce;
    const int64_t inner = reduce->inner, rows = end - first;
    double *sums = sums_of_thread(state, index);
    int32_t *indices = indices_of_thread(state, index);
    float *values = (float *)(void *)sums;
    for (int64_t o = 0; o < reduce->outer; o++) {
        const float *input = reduce->input + (o * reduce->reduced + first) * inner;
        switch (reduce->kind) {
        case THAW_REDUCE_SUM:
        case THAW_REDUCE_MEAN:
            if (inner == 1) {
                sums[o] = sum_of_row(input, rows);
            } else {
                sum_columns(input, rows, inner, inner, sums + o * inner);
            }
            break;
        case THAW_REDUCE_ARGUMENT_MAXIMUM:
            if (inner == 1) {
                const indexed_value best = argument_maximum_of_row(input, rows);
                values[o] = best.value;
                indices[o] = best.index;
            } else {
                argument_maximum_columns(input, rows, inner, inner, indices + o * inner, values + o * inner);
            }
            for (int64_t j = 0; j < inner; j++) indices[o * inner + j] += (int32_t)first;
            break;
        default:
            if (inner == 1) {
                values[o] = maximum_of_row(input, rows, sign_bit_of(reduce));
            } else {
                maximum_columns(input, rows, inner, inner, sign_bit_of(reduce), values + o * inner);
            }
        }
    }
}

// Combines the threads' partial results in the order of threads.
static void combine_partials(const reduce_run_state *state) {
    const thaw_reduce *reduce = state->reduce;
    const int64_t count = reduce->outer * reduce->inner;
    const double factor = factor_of(reduce);
    float *output = reduce->output;
    for (int64_t j = 0; j < count; j++) {
        double sum = 0;
        indexed_value best = {-INFINITY, INT32_MAX};
        for (int32_t t = 0; t < state->plan.threads; t++) {
            const double *sums = sums_of_thread(state, t);
            const float value = ((const float *)(const void *)sums)[j];
            indexed_value candidate = {value, 0};
            switch (reduce->kind) {
            case THAW_REDUCE_SUM:
            case THAW_REDUCE_MEAN: sum += sums[j]; break;
            case THAW_REDUCE_ARGUMENT_MAXIMUM: candidate.index = indices_of_thread(state, t)[j];
            // fallthrough
            default:
                if (replaces_scalar(candidate, best)) best = candidate;
            }
        }
        switch (reduce->kind) {
        case THAW_REDUCE_SUM:
        case THAW_REDUCE_MEAN: output[j] = (float)(sum * factor); break;
        case THAW_REDUCE_ARGUMENT_MAXIMUM: ((int32_t *)reduce->output)[j] = best.index; break;
        case THAW_REDUCE_MINIMUM: output[j] = -best.value; break;
        default: output[j] = best.value;
        }
    }
}

static void reduce_part(void *context, int32_t index, int32_t count) {
    const reduce_run_state *state = context;
    const thaw_reduce *reduce = state->reduce;
    thaw_range range;
    switch (state->plan.split) {
    case THAW_SPLIT_OUTER:
        range = thaw_partition(reduce->outer, 1, index, count);
        if (reduce->inner == 1) {
            reduce_rows(reduce, range.begin, range.end);
        } else {
            for (int64_t o = range.begin; o < range.end; o++) {
                reduce_columns(reduce, o, 0, reduce->inner, sums_of_thread(state, index));
            }
        }
        break;
    case THAW_SPLIT_INNER:
        range = thaw_partition(reduce->inner, THAW_REDUCE_GRAIN, index, count);
        for (int64_t o = 0; o < reduce->outer; o++) {
            reduce_columns(reduce, o, range.begin, range.end, sums_of_thread(state, index));
        }
        break;
    default:
        range = thaw_partition(reduce->reduced, 1, index, count);
        reduce_partially(state, index, range.begin, range.end);
    }
}

static void reduce_run(void *context) {
    const thaw_reduce *reduce = context;
    reduce_run_state state = {reduce, thaw_plan_reduce(reduce)};
    thaw_parallel(reduce_part, &state, state.plan.threads);
    if (state.plan.split == THAW_SPLIT_REDUCED) combine_partials(&state);
}
