#include "thaw_images.h"

void thaw_image_orient(
    const uint8_t *rgb, int64_t height, int64_t width, int32_t orientation, uint8_t *turned) {
    // Where the first pixel of the result comes from, and how far it is from a pixel to the next and from a row to the next.
    int exchanges = orientation >= 5;
    int from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    int64_t down = from_bottom ? -3 * width : 3 * width, right = from_right ? -3 : 3;
    int64_t to_next = exchanges ? down : right, to_next_row = exchanges ? right : down;
    int64_t rows = exchanges ? width : height, columns = exchanges ? height : width;
    const uint8_t *start = rgb + (from_bottom ? 3 * width * (height - 1) : 0) + (from_right ? 3 * (width - 1) : 0);
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++, turned += 3) {
            const uint8_t *pixel = start + y * to_next_row + x * to_next;
            turned[0] = pixel[0];
            turned[1] = pixel[1];
            turned[2] = pixel[2];
        }
}
