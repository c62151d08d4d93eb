// Resampling as Pillow does it, to the bit: each pixel of the result is a sum of the pixels within the support of a filter,
// widened by the reduction, with weights as integers of 22 binary places; first along rows, then along columns, or where the
// height shrinks much more than the width, the other way round; rounded to bytes after each.
#include "thaw_images.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { PLACES = 22, BLOCK = 32 };

typedef int32_t four_numbers __attribute__((vector_size(16)));
typedef uint8_t four_bytes __attribute__((vector_size(4)));

// For each place of the result: the first pixel, how many there are, and their weights, `width` apart.
typedef struct {
    int64_t width;
    int64_t *first;
    int64_t *count;
    int32_t *weights;
} taps;

static double triangle(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

// Keys' cubic convolution with a = -0.5 (1981).
static double cubic(double x) {
    const double a = -0.5;
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

static void free_taps(taps *all) {
    free(all->first);
    free(all->count);
    free(all->weights);
}

static int make_taps(taps *all, int64_t from, int64_t to, int32_t method) {
    double (*filter)(double) = method == THAW_BICUBIC ? cubic : triangle;
    double scale = (double)from / (double)to, stretch = scale < 1 ? 1 : scale;
    double support = (method == THAW_BICUBIC ? 2 : 1) * stretch;
    all->width = (int64_t)ceil(support) * 2 + 1;
    all->first = calloc((size_t)to, sizeof *all->first);
    all->count = calloc((size_t)to, sizeof *all->count);
    all->weights = calloc((size_t)to, (size_t)all->width * sizeof *all->weights);
    double *weights = calloc((size_t)all->width, sizeof *weights);
    if (!all->first || !all->count || !all->weights || !weights) {
        free(weights);
        return -1;
    }
    for (int64_t place = 0; place < to; place++) {
        double center = ((double)place + 0.5) * scale, sum = 0;
        int64_t first = (int64_t)(center - support + 0.5), end = (int64_t)(center + support + 0.5);
        if (first < 0) first = 0;
        if (end > from) end = from;
        for (int64_t tap = 0; tap < end - first; tap++) {
            weights[tap] = filter(((double)(tap + first) - center + 0.5) * (1 / stretch));
            sum += weights[tap];
        }
        for (int64_t tap = 0; tap < end - first; tap++) {
            double weight = sum != 0 ? weights[tap] / sum : weights[tap];
            all->weights[place * all->width + tap] = (int32_t)((weight < 0 ? -0.5 : 0.5) + weight * (1 << PLACES));
        }
        all->first[place] = first;
        all->count[place] = end - first;
    }
    free(weights);
    return 0;
}

static inline uint8_t byte_of(int32_t sum) {
    sum >>= PLACES;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

// One row along itself. Of 3 channels a byte after the row is read, and not used.
__attribute__((always_inline)) static inline void along_row(
    const uint8_t *row, uint8_t *result, int64_t channels, const taps *all, int64_t to) {
    for (int64_t place = 0; place < to; place++, result += channels) {
        const int32_t *weights = all->weights + place * all->width;
        const uint8_t *pixel = row + all->first[place] * channels;
        int64_t count = all->count[place];
        if (channels >= 3) {
            const int32_t half = 1 << (PLACES - 1);
            four_numbers sum = {half, half, half, half};
            for (int64_t tap = 0; tap < count; tap++, pixel += channels) {
                four_bytes bytes;
                memcpy(&bytes, pixel, 4);
                sum += __builtin_convertvector(bytes, four_numbers) * weights[tap];
            }
            for (int64_t channel = 0; channel < channels; channel++) result[channel] = byte_of(sum[channel]);
        } else {
            for (int64_t channel = 0; channel < channels; channel++) {
                int32_t sum = 1 << (PLACES - 1);
                for (int64_t tap = 0; tap < count; tap++) sum += pixel[tap * channels + channel] * weights[tap];
                result[channel] = byte_of(sum);
            }
        }
    }
}

// One row of the result out of `count` rows, `width` bytes each.
__attribute__((always_inline)) static inline void across_rows(
    const uint8_t *rows, uint8_t *result, int64_t width, const int32_t *weights, int64_t count) {
    int64_t start = 0;
    for (; start + BLOCK <= width; start += BLOCK) {
        int32_t sums[BLOCK];
        for (int lane = 0; lane < BLOCK; lane++) sums[lane] = 1 << (PLACES - 1);
        for (int64_t tap = 0; tap < count; tap++) {
            const uint8_t *row = rows + tap * width + start;
            for (int lane = 0; lane < BLOCK; lane++) sums[lane] += row[lane] * weights[tap];
        }
        for (int lane = 0; lane < BLOCK; lane++) result[start + lane] = byte_of(sums[lane]);
    }
    for (; start < width; start++) {
        int32_t sum = 1 << (PLACES - 1);
        for (int64_t tap = 0; tap < count; tap++) sum += rows[tap * width + start] * weights[tap];
        result[start] = byte_of(sum);
    }
}

typedef struct {
    const uint8_t *pixels;
    int64_t height, width, channels;
    uint8_t *resized;
    int64_t new_height, new_width;
    // Room for the rows between the passes, and for one row and a byte.
    uint8_t *between, *padded;
    int is_down_first;
} job;

// Rows `first` to `end` of `source`, each along itself, below one another into `target`. `last` is the last row in memory.
__attribute__((always_inline)) static inline void along_rows(
    const job *all, const taps *across, const uint8_t *source, int64_t first, int64_t end, int64_t last,
    uint8_t *target) {
    int64_t row = all->width * all->channels, new_row = all->new_width * all->channels;
    for (int64_t y = first; y < end; y++, target += new_row) {
        const uint8_t *from = source + y * row;
        if (y == last) from = memcpy(all->padded, from, (size_t)row);
        if (all->channels == 3) along_row(from, target, 3, across, all->new_width);
        else along_row(from, target, all->channels, across, all->new_width);
    }
}

// All rows of the result, of `width` bytes each, out of `source`, whose first row is row `first` of the picture.
__attribute__((always_inline)) static inline void down_rows(
    const job *all, const taps *down, const uint8_t *source, int64_t first, int64_t width, uint8_t *target) {
    for (int64_t y = 0; y < all->new_height; y++)
        across_rows(
            source + (down->first[y] - first) * width, target + y * width, width, down->weights + y * down->width,
            down->count[y]);
}

__attribute__((always_inline)) static inline void run_job(const job *all, const taps *across, const taps *down) {
    int64_t row = all->width * all->channels, new_row = all->new_width * all->channels;
    if (!down->first) {
        along_rows(all, across, all->pixels, 0, all->height, all->height - 1, all->resized);
    } else if (!across->first) {
        down_rows(all, down, all->pixels, 0, row, all->resized);
    } else if (all->is_down_first) {
        down_rows(all, down, all->pixels, 0, row, all->between);
        along_rows(all, across, all->between, 0, all->new_height, all->new_height - 1, all->resized);
    } else {
        int64_t first = down->first[0], final = all->new_height - 1;
        along_rows(
            all, across, all->pixels, first, down->first[final] + down->count[final], all->height - 1, all->between);
        down_rows(all, down, all->between, first, new_row, all->resized);
    }
}

static void run_plain(const job *all, const taps *across, const taps *down) { run_job(all, across, down); }

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v3"))) static void run_v3(const job *all, const taps *across, const taps *down) {
    run_job(all, across, down);
}
#endif

static void nearest(const job *all) {
    double across = (double)all->width / (double)all->new_width, down = (double)all->height / (double)all->new_height;
    // Added up rather than multiplied, as there.
    double y = down * 0.5;
    for (int64_t row = 0; row < all->new_height; row++, y += down) {
        int64_t from = y < (double)all->height ? (int64_t)y : all->height - 1;
        const uint8_t *source = all->pixels + from * all->width * all->channels;
        uint8_t *target = all->resized + row * all->new_width * all->channels;
        double x = across * 0.5;
        for (int64_t column = 0; column < all->new_width; column++, x += across, target += all->channels) {
            int64_t place = x < (double)all->width ? (int64_t)x : all->width - 1;
            for (int64_t channel = 0; channel < all->channels; channel++)
                target[channel] = source[place * all->channels + channel];
        }
    }
}

int32_t thaw_image_resize(
    const uint8_t *pixels, int64_t height, int64_t width, int64_t channels, uint8_t *resized, int64_t new_height,
    int64_t new_width, int32_t method) {
    job all = {pixels, height, width, channels, resized, new_height, new_width, NULL, NULL, 0};
    if (height == new_height && width == new_width) {
        memcpy(resized, pixels, (size_t)(height * width * channels));
        return 0;
    }
    if (method == THAW_NEAREST) {
        nearest(&all);
        return 0;
    }
    taps across = {0}, down = {0};
    int status = 0;
    if (width != new_width) status |= make_taps(&across, width, new_width, method);
    if (height != new_height) status |= make_taps(&down, height, new_height, method);
    // Pillow's rule since 13.0.
    all.is_down_first = height > new_height && height - new_height > 2 * (width - new_width);
    all.between = malloc((size_t)((all.is_down_first ? new_height * width : height * new_width) * channels));
    all.padded = malloc((size_t)(width * channels + 1));
    if (!all.between || !all.padded) status = -1;
    if (status == 0) {
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2")) run_v3(&all, &across, &down);
        else
#endif
            run_plain(&all, &across, &down);
    }
    free_taps(&across);
    free_taps(&down);
    free(all.between);
    free(all.padded);
    return status;
}
