// Pictures in memory: a narrow shim over libjpeg-turbo and libpng, which report errors by setjmp, and loops over pixels.
//
// Every picture is rows of RGB bytes without gaps. Everything is thread-safe and keeps nothing between calls.
#ifndef THAW_IMAGES_H
#define THAW_IMAGES_H

#include <stddef.h>
#include <stdint.h>

/// How a function ended.
enum {
    THAW_IMAGE_READ = 0,
    THAW_IMAGE_DAMAGED,
    THAW_IMAGE_TRUNCATED,
    THAW_IMAGE_UNSUPPORTED,
    THAW_IMAGE_NO_MEMORY
};

/// What the head of a file says, and where it fails, why.
typedef struct {
    int64_t width;
    int64_t height;
    /// No file of this kind and of fewer bytes can hold so many pixels.
    int64_t least_bytes;
    /// The library's words for a failure, empty when it has none.
    char message[256];
} thaw_image_info;

/// Reads the head of a JPEG file. Allocates little, whatever the file claims.
int32_t thaw_jpeg_info(const uint8_t *bytes, size_t count, thaw_image_info *info);

/// Decodes a JPEG file into `rgb`, which has room for `info->height` rows of `info->width` pixels, as the head said. CMYK is
/// taken for inverted, as Adobe's programs write it.
int32_t thaw_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, thaw_image_info *info);

/// Reads the head of a PNG file. Allocates little, whatever the file claims.
int32_t thaw_png_info(const uint8_t *bytes, size_t count, thaw_image_info *info);

/// Decodes a PNG file into `rgb`, as above. Alpha and colour profiles are left out.
int32_t thaw_png_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, thaw_image_info *info);

/// Turns a picture as an EXIF orientation from 2 to 8 says; 5 to 8 exchange width and height.
void thaw_image_orient(
    const uint8_t *rgb, int64_t height, int64_t width, int32_t orientation, uint8_t *turned);

/// Ways of resampling.
enum { THAW_NEAREST = 0, THAW_BILINEAR, THAW_BICUBIC };

/// Resamples a picture of 1 to 4 channels, in fixed point with a support that grows with the reduction, rounded to bytes after
/// the horizontal and after the vertical pass. All extents are 1 to 2^30. Returns 0, or -1 when there is no memory.
int32_t thaw_image_resize(
    const uint8_t *pixels, int64_t height, int64_t width, int64_t channels, uint8_t *resized, int64_t new_height,
    int64_t new_width, int32_t method);

#endif
