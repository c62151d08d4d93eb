#include "thaw_images.h"

#include <stdio.h>
#include <string.h>

#include <png.h>

typedef struct {
    const uint8_t *next;
    size_t left;
    int32_t status;
    thaw_image_info *info;
    png_structp png;
    png_infop head;
} png_reader;

static void on_error(png_structp png, png_const_charp message) {
    png_reader *reader = png_get_error_ptr(png);
    if (!reader->status) reader->status = THAW_IMAGE_DAMAGED;
    snprintf(reader->info->message, sizeof reader->info->message, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    png_reader *reader = png_get_io_ptr(png);
    if (count > reader->left) {
        reader->status = THAW_IMAGE_TRUNCATED;
        png_error(png, "the file ends too early");
    }
    memcpy(target, reader->next, count);
    reader->next += count;
    reader->left -= count;
}

static int32_t open_reader(png_reader *reader, const uint8_t *bytes, size_t count, thaw_image_info *info) {
    *reader = (png_reader){.next = bytes, .left = count, .info = info};
    info->message[0] = 0;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
    if (!reader->png) return THAW_IMAGE_NO_MEMORY;
    reader->head = png_create_info_struct(reader->png);
    return reader->head ? THAW_IMAGE_READ : THAW_IMAGE_NO_MEMORY;
}

static int32_t close_reader(png_reader *reader, int32_t status) {
    png_destroy_read_struct(&reader->png, &reader->head, NULL);
    return status;
}

// What the pixels do not depend on is passed over, though its checksums are verified: profiles and texts are compressed, and
// may be of any size.
static const png_byte passed_over[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0"
                                      "sTER\0tEXt\0tIME\0zTXt";

static void read_head(png_reader *reader) {
    png_structp png = reader->png;
    png_set_read_fn(png, reader, read_bytes);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, passed_over, sizeof passed_over / 5);
    png_read_info(png, reader->head);
    reader->info->width = png_get_image_width(png, reader->head);
    reader->info->height = png_get_image_height(png, reader->head);
    // Deflate makes at most 1032 bytes of one. At least a bit of each pixel is stored.
    int64_t bits = reader->info->width * png_get_bit_depth(png, reader->head) * png_get_channels(png, reader->head);
    reader->info->least_bytes = reader->info->height <= (INT64_MAX >> 1) / (bits / 8 + 2)
        ? reader->info->height * ((bits + 7) / 8) / 1032 : INT64_MAX;
}

int32_t thaw_png_info(const uint8_t *bytes, size_t count, thaw_image_info *info) {
    png_reader reader;
    int32_t status = open_reader(&reader, bytes, count, info);
    if (status) return close_reader(&reader, status);
    if (!setjmp(png_jmpbuf(reader.png))) read_head(&reader);
    return close_reader(&reader, reader.status);
}

// Any kind of PNG as RGB bytes; of 16 bits the upper 8.
static void ask_for_rgb(png_reader *reader) {
    png_structp png = reader->png;
    int color = png_get_color_type(png, reader->head), depth = png_get_bit_depth(png, reader->head);
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (depth == 16) png_set_strip_16(png);
    if (!(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
}

static void decode(png_reader *reader, uint8_t *rgb, int64_t height, int64_t width) {
    png_structp png = reader->png;
    if (reader->info->width != width || reader->info->height != height) png_error(png, "the size changed");
    ask_for_rgb(reader);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->head);
    if ((int64_t)png_get_rowbytes(png, reader->head) != 3 * width) png_error(png, "its rows are not RGB");
    for (int pass = 0; pass < passes; pass++)
        for (int64_t y = 0; y < height; y++) png_read_row(png, rgb + 3 * width * y, NULL);
    png_read_end(png, NULL);
}

int32_t thaw_png_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, thaw_image_info *info) {
    png_reader reader;
    int64_t height = info->height, width = info->width;
    int32_t status = open_reader(&reader, bytes, count, info);
    if (status) return close_reader(&reader, status);
    if (!setjmp(png_jmpbuf(reader.png))) {
        read_head(&reader);
        decode(&reader, rgb, height, width);
    }
    return close_reader(&reader, reader.status);
}
