// Normalization, ReLU and the maximum of windows in one pass, and the way back in another. What lies between them, as
// large as the images, is never in memory.

typedef uint8_t byte_vec __attribute__((ext_vector_type(THAW_LANES)));

INLINE ivec load_bytes(const uint8_t *p, int64_t count) {
    byte_vec bytes = (byte_vec)(0);
    if (count == LANES) {
        memcpy(&bytes, p, LANES);
    } else {
        for (int i = 0; i < LANES; i++) {
            if (i < count) bytes[i] = p[i];
        }
    }
    return __builtin_convertvector(bytes, ivec);
}

INLINE void store_bytes(uint8_t *p, ivec v, int64_t count) {
    const byte_vec bytes = __builtin_convertvector(v, byte_vec);
    if (count == LANES) {
        memcpy(p, &bytes, LANES);
    } else {
        for (int i = 0; i < LANES; i++) {
            if (i < count) p[i] = bytes[i];
        }
    }
}

// Some channels of one window; `input` is its first pixel, `at` where its channels lie in the results.
INLINE void pool_window(
    const thaw_normalized_pooling *work, const float *input, int64_t window_height, int64_t window_width,
    int64_t channel, int64_t at, int64_t count
) {
    const vec mean = load_up_to(work->mean + channel, count, 0);
    const vec scale = load_up_to(work->scale + channel, count, 0);
    const vec shift = load_up_to(work->shift + channel, count, 0);
    vec best = splat(0), best_centred = best;
    ivec position = (ivec)(0);
    for (int64_t i = 0; i < window_height; i++) {
        for (int64_t j = 0; j < window_width; j++) {
            const float *pixel = input + (i * work->width + j) * work->channels;
            const vec centred = load_up_to(pixel, count, 0) - mean;
            const vec value = centred * scale + shift;
            const bool is_first = i == 0 && j == 0;
            // The first of equals stays, and so does a NaN.
            const ivec is_better = is_first ? (ivec)(-1) : (value > best) | (value != value);
            best = choose(is_better, value, best);
            best_centred = choose(is_better, centred, best_centred);
            position = is_better ? (ivec)((int32_t)(i * window_width + j)) : position;
        }
    }
    store_up_to(work->output + at, work->rectifies ? at_least(best, 0.0f) : best, count);
    if (work->positions) {
        store_up_to(work->centred + at, best_centred, count);
        store_bytes(work->positions + at, position, count);
    }
}

INLINE void pool_rows(
    const thaw_normalized_pooling *work, int64_t window_height, int64_t window_width, thaw_range rows
) {
    const int64_t channels = work->channels;
    const int64_t windows_down = work->height / window_height, windows_across = work->width / window_width;
    for (int64_t row = rows.begin; row < rows.end; row++) {
        const int64_t image = row / windows_down, y = row % windows_down;
        const float *input
            = work->input + (image * work->height + y * window_height) * work->width * channels;
        int64_t at = row * windows_across * channels;
        for (int64_t x = 0; x < windows_across; x++) {
            const float *window = input + x * window_width * channels;
            int64_t c = 0;
            for (; c + LANES <= channels; c += LANES) {
                pool_window(work, window + c, window_height, window_width, c, at + c, LANES);
            }
            if (c < channels) {
                pool_window(work, window + c, window_height, window_width, c, at + c, channels - c);
            }
            at += channels;
        }
    }
}

static void normalized_pooling_part(void *context, int32_t index, int32_t count) {
    const thaw_normalized_pooling *work = context;
    const thaw_range rows
        = thaw_partition(work->images * (work->height / work->window_height), 1, index, count);
    if (work->window_height == 2 && work->window_width == 2) {
        pool_rows(work, 2, 2, rows);
    } else {
        pool_rows(work, work->window_height, work->window_width, rows);
    }
}

static void normalized_pooling_run(void *context) {
    const thaw_normalized_pooling *work = context;
    const int64_t rows = work->images * (work->height / work->window_height);
    thaw_parallel(normalized_pooling_part, context, thaw_useful_threads(work->threads, rows));
}

// The gradient of some channels of one pixel. `at` is where its window's channels lie in what arrives; `position` is
// the pixel's own in the window, or -1 where no window holds it.
INLINE void pixel_gradient(
    const thaw_normalized_pooling_gradient *work, int64_t pixel, int64_t at, int32_t position,
    int64_t channel, int64_t count
) {
    const vec x = load_up_to(work->input + pixel, count, 0);
    const vec slope = load_up_to(work->slope + channel, count, 0);
    const vec offset = load_up_to(work->offset + channel, count, 0);
    vec result = (x - load_up_to(work->mean + channel, count, 0)) * slope + offset;
    if (position >= 0) {
        const ivec is_maximum = load_bytes(work->positions + at, count) == (ivec)(position);
        const vec arriving = choose(is_maximum, load_up_to(work->gradient + at, count, 0), splat(0));
        result = arriving * load_up_to(work->scale + channel, count, 0) + result;
    }
    store_up_to(work->result + pixel, result, count);
}

static void normalized_pooling_gradient_part(void *context, int32_t index, int32_t count) {
    const thaw_normalized_pooling_gradient *work = context;
    const int64_t channels = work->channels;
    const int64_t windows_down = work->height / work->window_height;
    const int64_t windows_across = work->width / work->window_width;
    const thaw_range rows = thaw_partition(work->images * work->height, 1, index, count);
    for (int64_t row = rows.begin; row < rows.end; row++) {
        const int64_t y = row % work->height / work->window_height;
        const int64_t first = y < windows_down ? row % work->height % work->window_height * work->window_width : -1;
        const int64_t window_row = (row / work->height * windows_down + y) * windows_across;
        int64_t window = 0, j = 0;  // across, and inside the window
        for (int64_t x = 0; x < work->width; x++) {
            const int32_t position = first < 0 || window >= windows_across ? -1 : (int32_t)(first + j);
            const int64_t pixel = (row * work->width + x) * channels, at = (window_row + window) * channels;
            int64_t c = 0;
            for (; c + LANES <= channels; c += LANES) {
                pixel_gradient(work, pixel + c, at + c, position, c, LANES);
            }
            if (c < channels) pixel_gradient(work, pixel + c, at + c, position, c, channels - c);
            if (++j == work->window_width) {
                j = 0;
                window++;
            }
        }
    }
}

static void normalized_pooling_gradient_run(void *context) {
    const thaw_normalized_pooling_gradient *work = context;
    const int32_t threads = thaw_useful_threads(work->threads, work->images * work->height);
    thaw_parallel(normalized_pooling_gradient_part, context, threads);
}
