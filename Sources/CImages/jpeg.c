#include "thaw_images.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// libjpeg ends the process where an error handler returns; ours jumps back instead. A progressive file may have any number of
// scans, each of which walks over all pixels; encoders write about ten.
enum { MOST_SCANS = 100 };

typedef struct {
    struct jpeg_decompress_struct state;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    int32_t status;
    thaw_image_info *info;
} jpeg_reader;

static _Noreturn void give_up(jpeg_reader *reader, int32_t status, const char *message) {
    reader->status = status;
    snprintf(reader->info->message, sizeof reader->info->message, "%s", message);
    longjmp(reader->back, 1);
}

static _Noreturn void give_up_in_its_words(j_common_ptr state, int32_t status) {
    char message[JMSG_LENGTH_MAX];
    state->err->format_message(state, message);
    give_up(state->client_data, status, message);
}

static _Noreturn void on_error(j_common_ptr state) {
    switch (state->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        give_up_in_its_words(state, THAW_IMAGE_NO_MEMORY);
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_ARITH_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_NOT_COMPILED:
        give_up_in_its_words(state, THAW_IMAGE_UNSUPPORTED);
    default: give_up_in_its_words(state, THAW_IMAGE_DAMAGED);
    }
}

// Warnings that say that pixels were invented are errors; that bytes between segments were passed over is none.
static void on_message(j_common_ptr state, int level) {
    if (level >= 0) return;
    switch (state->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
        give_up_in_its_words(state, THAW_IMAGE_DAMAGED);
    case JWRN_JPEG_EOF: give_up_in_its_words(state, THAW_IMAGE_TRUNCATED);
    default: break;
    }
}

static void on_progress(j_common_ptr state) {
    if (((j_decompress_ptr)state)->input_scan_number > MOST_SCANS)
        give_up(state->client_data, THAW_IMAGE_UNSUPPORTED, "it has more than 100 scans");
}

static void do_nothing(j_decompress_ptr state) { (void)state; }

static boolean out_of_bytes(j_decompress_ptr state) {
    give_up(state->client_data, THAW_IMAGE_TRUNCATED, "the file ends too early");
}

static void skip(j_decompress_ptr state, long count) {
    if (count <= 0) return;
    if ((size_t)count > state->src->bytes_in_buffer) out_of_bytes(state);
    state->src->next_input_byte += count;
    state->src->bytes_in_buffer -= (size_t)count;
}

// Reads the head, with the error handler's way back set by the caller.
static void open_reader(jpeg_reader *reader, const uint8_t *bytes, size_t count) {
    jpeg_create_decompress(&reader->state);
    reader->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = count,
        .init_source = do_nothing,
        .fill_input_buffer = out_of_bytes,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = do_nothing,
    };
    reader->progress.progress_monitor = on_progress;
    reader->state.src = &reader->source;
    reader->state.progress = &reader->progress;
    jpeg_read_header(&reader->state, TRUE);
    reader->info->width = reader->state.image_width;
    reader->info->height = reader->state.image_height;
    // A block of 64 pixels takes a bit at least, and at most 8 x 8 blocks share it with subsampled colours. Arithmetic codes
    // have no such bound.
    int64_t pixels = reader->info->width * reader->info->height;
    reader->info->least_bytes = reader->state.arith_code ? 0 : pixels / 1024;
}

static void prepare(jpeg_reader *reader, thaw_image_info *info) {
    memset(reader, 0, sizeof *reader);
    reader->info = info;
    info->message[0] = 0;
    reader->state.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->state.client_data = reader;
}

int32_t thaw_jpeg_info(const uint8_t *bytes, size_t count, thaw_image_info *info) {
    jpeg_reader reader;
    prepare(&reader, info);
    if (!setjmp(reader.back)) open_reader(&reader, bytes, count);
    jpeg_destroy_decompress(&reader.state);
    return reader.status;
}

// The product of two numbers from 0 to 1 that are stored as 0 to 255.
static int product(int a, int b) {
    int value = a * b + 128;
    return ((value >> 8) + value) >> 8;
}

// Ink that is not there lets light through: stored inverted, each number says how much.
static void light_of_inks(const uint8_t *inks, uint8_t *rgb, int64_t width) {
    for (int64_t x = 0; x < width; x++) {
        int key = inks[4 * x + 3];
        for (int channel = 0; channel < 3; channel++)
            rgb[3 * x + channel] = (uint8_t)(key - product(255 - inks[4 * x + channel], key));
    }
}

static void decode(jpeg_reader *reader, uint8_t *rgb, int64_t height, int64_t width) {
    j_decompress_ptr state = &reader->state;
    if (reader->info->width != width || reader->info->height != height)
        give_up(reader, THAW_IMAGE_DAMAGED, "the size changed");
    int is_ink = state->num_components == 4;
    if (state->num_components != 1 && state->num_components != 3 && !is_ink)
        give_up(reader, THAW_IMAGE_UNSUPPORTED, "it has neither 1, 3 nor 4 components");
    state->out_color_space = is_ink ? JCS_CMYK : JCS_RGB;
    state->mem->max_memory_to_use = (16 << 20) + 16 * width * height;
    jpeg_start_decompress(state);
    JSAMPARRAY inks = NULL;
    if (is_ink)
        inks = state->mem->alloc_sarray((j_common_ptr)state, JPOOL_IMAGE, (JDIMENSION)(4 * width), 1);
    while (state->output_scanline < state->output_height) {
        JSAMPROW row = rgb + 3 * width * state->output_scanline;
        jpeg_read_scanlines(state, is_ink ? inks : &row, 1);
        if (is_ink) light_of_inks(inks[0], row, width);
    }
    jpeg_finish_decompress(state);
}

int32_t thaw_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, thaw_image_info *info) {
    jpeg_reader reader;
    int64_t height = info->height, width = info->width;
    prepare(&reader, info);
    if (!setjmp(reader.back)) {
        open_reader(&reader, bytes, count);
        decode(&reader, rgb, height, width);
    }
    jpeg_destroy_decompress(&reader.state);
    return reader.status;
}
