// Copies of boxes with strides: transposes, slices, concatenations, broadcasts.

enum { TILE = 16 };

typedef struct {
    const char *input;
    char *output;
    int32_t rank, element_bytes;
    int64_t sizes[THAW_MAXIMUM_RANK], input_strides[THAW_MAXIMUM_RANK], output_strides[THAW_MAXIMUM_RANK];
} copy_box;

static void move_dimension(copy_box *box, int32_t from, int32_t to) {
    const int64_t size = box->sizes[from], in = box->input_strides[from], out = box->output_strides[from];
    const int32_t step = from < to ? 1 : -1;
    for (int32_t k = from; k != to; k += step) {
        box->sizes[k] = box->sizes[k + step];
        box->input_strides[k] = box->input_strides[k + step];
        box->output_strides[k] = box->output_strides[k + step];
    }
    box->sizes[to] = size;
    box->input_strides[to] = in;
    box->output_strides[to] = out;
}

// The same box with few dimensions, the output's smallest stride last and, for a transpose, the
// input's smallest stride before it. Returns false if it is empty.
static bool simplify(copy_box *box, const thaw_strided_copy *copy) {
    *box = (copy_box){.input = copy->input, .output = copy->output, .element_bytes = copy->element_bytes};
    for (int32_t k = 0; k < copy->rank; k++) {
        if (copy->sizes[k] < 1) return false;
        if (copy->sizes[k] == 1) continue;
        // Insertion by falling output stride.
        int32_t at = box->rank++;
        box->sizes[at] = copy->sizes[k];
        box->input_strides[at] = copy->input_strides[k];
        box->output_strides[at] = copy->output_strides[k];
        int32_t to = at;
        while (to > 0 && box->output_strides[to - 1] < copy->output_strides[k]) to--;
        move_dimension(box, at, to);
    }
    for (int32_t k = 0; k + 1 < box->rank;) {
        if (box->input_strides[k] == box->sizes[k + 1] * box->input_strides[k + 1]
            && box->output_strides[k] == box->sizes[k + 1] * box->output_strides[k + 1]) {
            box->input_strides[k] = box->input_strides[k + 1];
            box->output_strides[k] = box->output_strides[k + 1];
            box->sizes[k] *= box->sizes[k + 1];
            move_dimension(box, k + 1, box->rank - 1);
            box->rank--;
        } else {
            k++;
        }
    }
    if (box->rank == 0) {
        *box = (copy_box){
            box->input, box->output, 1, box->element_bytes, {1}, {1}, {1}};
    }
    const int32_t last = box->rank - 1;
    if (box->input_strides[last] != 1 && box->input_strides[last] != 0) {
        for (int32_t k = 0; k < last - 1; k++) {
            if (box->input_strides[k] == 1) move_dimension(box, k, last - 1);
        }
    }
    return true;
}

// A run along the last dimension.
#define COPY_RUN(type) \
    do { \
        const type *source = (const type *)(const void *)input; \
        type *destination = (type *)(void *)output; \
        if (out == 1 && in == 0) { \
            const type value = *source; \
            for (int64_t i = 0; i < size; i++) destination[i] = value; \
        } else { \
            for (int64_t i = 0; i < size; i++) destination[i * out] = source[i * in]; \
        } \
    } while (0)

INLINE void copy_run(const char *input, char *output, int64_t size, int64_t in, int64_t out, int32_t bytes) {
    if (in == 1 && out == 1) {
        if (bytes == 4 && size <= 64) {
            const float *source = (const float *)(const void *)input;
            float *destination = (float *)(void *)output;
            for (int64_t i = 0; i < size; i += LANES) {
                store_up_to(destination + i, load_up_to(source + i, size - i, 0), size - i);
            }
        } else {
            memcpy(output, input, (size_t)(size * bytes));
        }
    } else if (bytes == 4) {
        COPY_RUN(uint32_t);
    } else {
        COPY_RUN(uint8_t);
    }
}

#undef COPY_RUN

typedef float eight __attribute__((ext_vector_type(8)));
typedef eight unaligned_eight __attribute__((aligned(4)));

// output[i * out + j] = input[i + j * in] for i, j in 0 ..< 8.
INLINE void transpose_eight(const float *input, float *output, int64_t in, int64_t out) {
    eight r[8], s[8];
    for (int k = 0; k < 8; k++) r[k] = *(const unaligned_eight *)(input + k * in);
    for (int k = 0; k < 8; k += 4) {
        const eight a = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        const eight b = __builtin_shufflevector(r[k], r[k + 1], 2, 10, 3, 11, 6, 14, 7, 15);
        const eight c = __builtin_shufflevector(r[k + 2], r[k + 3], 0, 8, 1, 9, 4, 12, 5, 13);
        const eight d = __builtin_shufflevector(r[k + 2], r[k + 3], 2, 10, 3, 11, 6, 14, 7, 15);
        s[k] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
        s[k + 1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
        s[k + 2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
        s[k + 3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int k = 0; k < 4; k++) {
        *(unaligned_eight *)(output + k * out) =
            __builtin_shufflevector(s[k], s[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(unaligned_eight *)(output + (k + 4) * out) =
            __builtin_shufflevector(s[k], s[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

// One element after the other, for the edges and for bytes.
#define TRANSPOSE_TILE(type, i0, i1, j0, j1) \
    for (int64_t row = (i0); row < (i1); row++) { \
        for (int64_t j = (j0); j < (j1); j++) { \
            ((type *)(void *)output)[row * out + j] = ((const type *)(const void *)input)[row + j * in]; \
        } \
    }

// output[i * out + j] = input[i + j * in], tile by tile, so that both sides stay in the cache.
static void copy_transposed(
    const char *input, char *output, int64_t rows, int64_t columns, int64_t in, int64_t out, int32_t bytes
) {
    for (int64_t i0 = 0; i0 < rows; i0 += TILE) {
        const int64_t i1 = thaw_minimum(rows, i0 + TILE);
        for (int64_t j0 = 0; j0 < columns; j0 += 8) {
            const int64_t j1 = thaw_minimum(columns, j0 + 8);
            if (bytes == 1) {
                TRANSPOSE_TILE(uint8_t, i0, i1, j0, j1)
                continue;
            }
            int64_t i = i0;
            if (j1 - j0 == 8) {
                for (; i + 8 <= i1; i += 8) {
                    transpose_eight(
                        (const float *)(const void *)input + i + j0 * in,
                        (float *)(void *)output + i * out + j0, in, out);
                }
            }
            TRANSPOSE_TILE(uint32_t, i, i1, j0, j1)
        }
    }
}

#undef TRANSPOSE_TILE

static void copy_box_run(const copy_box *box) {
    const int32_t last = box->rank - 1, bytes = box->element_bytes;
    const bool transposed = box->rank >= 2 && box->output_strides[last] == 1 && box->input_strides[last] > 1
        && box->input_strides[last - 1] == 1;
    const int32_t outer = transposed ? last - 1 : last;
    int64_t position[THAW_MAXIMUM_RANK] = {0};
    const char *input = box->input;
    char *output = box->output;
    for (;;) {
        if (transposed) {
            copy_transposed(
                input, output, box->sizes[last - 1], box->sizes[last], box->input_strides[last],
                box->output_strides[last - 1], bytes);
        } else {
            copy_run(
                input, output, box->sizes[last], box->input_strides[last], box->output_strides[last], bytes);
        }
        int32_t k = outer - 1;
        for (; k >= 0; k--) {
            input += box->input_strides[k] * bytes;
            output += box->output_strides[k] * bytes;
            if (++position[k] < box->sizes[k]) break;
            input -= box->sizes[k] * box->input_strides[k] * bytes;
            output -= box->sizes[k] * box->output_strides[k] * bytes;
            position[k] = 0;
        }
        if (k < 0) return;
    }
}

// Each thread takes a part of the first dimension that is long enough for all, or else of the longest.
static void strided_copy_part(void *context, int32_t index, int32_t count) {
    copy_box box = *(const copy_box *)context;
    int32_t axis = 0;
    for (int32_t k = 0; k < box.rank; k++) {
        if (box.sizes[k] > box.sizes[axis]) axis = k;
    }
    for (int32_t k = box.rank - 1; k >= 0; k--) {
        if (box.sizes[k] >= 4 * count) axis = k;
    }
    const int64_t grain = axis == box.rank - 1 ? TILE : 1;
    const thaw_range range = thaw_partition(box.sizes[axis], grain, index, count);
    if (range.begin >= range.end) return;
    box.input += range.begin * box.input_strides[axis] * box.element_bytes;
    box.output += range.begin * box.output_strides[axis] * box.element_bytes;
    box.sizes[axis] = range.end - range.begin;
    copy_box_run(&box);
}

static void strided_copy_run(void *context) {
    const thaw_strided_copy *copy = context;
    copy_box box;
    if (!simplify(&box, copy)) return;
    if (copy->threads < 2) {
        copy_box_run(&box);
    } else {
        thaw_parallel(strided_copy_part, &box, copy->threads);
    }
}
