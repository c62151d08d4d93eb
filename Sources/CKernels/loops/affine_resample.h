// Images moved, turned and scaled, and the gradient of that.

typedef struct {
    int64_t pixel;  // row * width + column of the input; -1 for the constant beyond the edges
    float weight;
} affine_tap;

// The row or column of an image of `size` that stands at a whole number; -1 for none.
static int64_t affine_index(double place, int64_t size, int32_t mode) {
    if (place >= 0 && place < (double)size) return (int64_t)place;
    if (mode == THAW_FILL_CONSTANT) return -1;
    if (mode == THAW_FILL_NEAREST) return place < 0 ? 0 : size - 1;
    const int64_t period = mode == THAW_FILL_REFLECT ? 2 * size : size;
    const double rest = place - (double)period * floor(place / (double)period);
    const int64_t index = thaw_minimum((int64_t)rest, period - 1);
    return index < size ? index : period - 1 - index;
}

// The rows or columns that a place lies between, and what they count.
static int32_t affine_axis(double place, int64_t size, int32_t mode, int32_t interpolation, int64_t *index, double *weight) {
    if (interpolation == THAW_NEAREST_PIXEL) {
        index[0] = affine_index(floor(place + 0.5), size, mode);
        weight[0] = 1;
        return 1;
    }
    const double low = floor(place), share = place - low;
    index[0] = affine_index(low, size, mode);
    weight[0] = 1 - share;
    if (share == 0) return 1;
    index[1] = affine_index(low + 1, size, mode);
    weight[1] = share;
    return 2;
}

// The pixels that one output pixel is made of; -1 where its place is not a finite number.
static int32_t affine_taps(const thaw_affine_resample *resample, const float *transform, int64_t x, int64_t y, affine_tap *taps) {
    const double column = (double)transform[0] * (double)x + (double)transform[1] * (double)y + (double)transform[2];
    const double row = (double)transform[3] * (double)x + (double)transform[4] * (double)y + (double)transform[5];
    if (!(fabs(column) < 1e15 && fabs(row) < 1e15)) return -1;
    int64_t columns[2], rows[2];
    double column_weights[2], row_weights[2];
    const int32_t across =
        affine_axis(column, resample->width, resample->mode, resample->interpolation, columns, column_weights);
    const int32_t down = affine_axis(row, resample->height, resample->mode, resample->interpolation, rows, row_weights);
    int32_t count = 0;
    for (int32_t j = 0; j < down; j++) {
        for (int32_t i = 0; i < across; i++) {
            const bool inside = rows[j] >= 0 && columns[i] >= 0;
            taps[count].pixel = inside ? rows[j] * resample->width + columns[i] : -1;
            taps[count++].weight = (float)(row_weights[j] * column_weights[i]);
        }
    }
    return count;
}

static void affine_resample_part(void *context, int32_t index, int32_t count) {
    const thaw_affine_resample *resample = context;
    const int64_t channels = resample->channels, height = resample->output_height, width = resample->output_width;
    const thaw_range range = thaw_partition(resample->count * height, 1, index, count);
    affine_tap taps[4];
    for (int64_t line = range.begin; line < range.end; line++) {
        const int64_t image = line / height, y = line % height;
        const float *input = resample->input + image * resample->height * resample->width * channels;
        const float *transform = resample->transforms + 6 * image;
        float *output = resample->output + line * width * channels;
        for (int64_t x = 0; x < width; x++, output += channels) {
            const int32_t tap_count = affine_taps(resample, transform, x, y, taps);
            for (int64_t c = 0; c < channels; c++) output[c] = tap_count < 0 ? NAN : 0;
            for (int32_t t = 0; t < tap_count; t++) {
                const float weight = taps[t].weight;
                if (taps[t].pixel < 0) {
                    for (int64_t c = 0; c < channels; c++) output[c] += weight * resample->fill;
                } else {
                    const float *pixel = input + taps[t].pixel * channels;
                    for (int64_t c = 0; c < channels; c++) output[c] += weight * pixel[c];
                }
            }
        }
    }
}

static void affine_resample_run(void *context) {
    const thaw_affine_resample *resample = context;
    const int64_t lines = resample->count * resample->output_height;
    thaw_parallel(affine_resample_part, context, thaw_useful_threads(resample->threads, lines));
}

// An image belongs to one thread, so that the order of additions never changes.
static void affine_resample_gradient_part(void *context, int32_t index, int32_t count) {
    const thaw_affine_resample *resample = context;
    const int64_t channels = resample->channels, height = resample->output_height, width = resample->output_width;
    const int64_t elements = resample->height * resample->width * channels;
    const thaw_range range = thaw_partition(resample->count, 1, index, count);
    affine_tap taps[4];
    for (int64_t image = range.begin; image < range.end; image++) {
        const float *gradient = resample->input + image * height * width * channels;
        float *sums = resample->output + image * elements;
        fill_exact(sums, 0, elements);
        for (int64_t y = 0; y < height; y++) {
            for (int64_t x = 0; x < width; x++, gradient += channels) {
                const int32_t tap_count = affine_taps(resample, resample->transforms + 6 * image, x, y, taps);
                for (int32_t t = 0; t < tap_count; t++) {
                    if (taps[t].pixel < 0) continue;
                    float *pixel = sums + taps[t].pixel * channels;
                    for (int64_t c = 0; c < channels; c++) pixel[c] += taps[t].weight * gradient[c];
                }
            }
        }
    }
}

static void affine_resample_gradient_run(void *context) {
    const thaw_affine_resample *resample = context;
    thaw_parallel(affine_resample_gradient_part, context, thaw_useful_threads(resample->threads, resample->count));
}
