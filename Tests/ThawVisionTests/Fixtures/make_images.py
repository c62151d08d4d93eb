"""Makes the pictures in `images` and what Pillow makes of them, and pictures that Pillow resized.

    pip install numpy==2.* pillow==13.0.0
    python make_images.py

images.json: for each file the shape and the bytes of RGB that `exif_transpose(image).convert("RGB")` has, in gzip. Of 16-bit
grey it has the upper 8 bits, where Pillow's own conversion cuts off at 255.
resizing.json: pictures, sizes and what `Image.resize` gives, in gzip.
"""

import base64
import gzip
import io
import json
import os
import random
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
numbers = np.random.default_rng(5)


def packed(array):
    return base64.b64encode(gzip.compress(np.ascontiguousarray(array, np.uint8).tobytes(), 9, mtime=0)).decode()


def picture(height, width):
    """Smooth colours with some noise, so that JPEG has something to do."""
    y, x = np.mgrid[:height, :width]
    planes = [128 + 100 * np.sin(x / a + y / b) + numbers.normal(0, 9, (height, width)) for a, b in ((5, 9), (7, 4), (11, 6))]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, channels, interlaced=False, extra=b""):
    """A PNG of random bits with random filters, of kinds that Pillow does not write."""
    raw = b""
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for left, top, right, down in passes:
        columns = len(range(left, width, right))
        for _ in range(top, height, down):
            if columns:
                raw += bytes([numbers.integers(0, 5)]) + numbers.bytes((columns * channels * depth + 7) // 8)
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    body = chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(array, mode=None, **options):
    stream = io.BytesIO()
    Image.fromarray(array, mode).save(stream, "JPEG", **options)
    return stream.getvalue()


def with_orientation(number, kind):
    exif = Image.Exif()
    exif[0x0112] = number
    stream = io.BytesIO()
    Image.fromarray(picture(9, 14)).save(stream, kind, exif=exif)
    return stream.getvalue()


def files():
    for subsampling in (0, 1, 2):
        for progressive in (False, True):
            name = f"jpeg_{('444', '422', '420')[subsampling]}_{'progressive' if progressive else 'baseline'}.jpg"
            yield name, jpeg(picture(21, 35), subsampling=subsampling, progressive=progressive, quality=80)
    yield "jpeg_grey.jpg", jpeg(picture(21, 35)[..., 0], quality=80)
    yield "jpeg_cmyk.jpg", jpeg(np.dstack([picture(11, 13), picture(11, 13)[..., :1]]), "CMYK", quality=80)
    yield "jpeg_restarts.jpg", jpeg(picture(33, 20), restart_marker_blocks=1)
    yield "jpeg_rgb.jpg", jpeg(picture(10, 10), keep_rgb=True)
    for number in range(1, 9):
        yield f"jpeg_turned_{number}.jpg", with_orientation(number, "JPEG")
    yield "png_turned_6.png", with_orientation(6, "PNG")
    for color, channels, depths in ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (3, 1, (1, 2, 4, 8)), (4, 2, (8, 16)), (6, 4, (8, 16))):
        for depth in depths:
            palette = chunk(b"PLTE", numbers.bytes(3 * 2 ** depth)) if color == 3 else b""
            yield f"png_{color}_{depth}.png", png(13, 7, depth, color, channels, extra=palette)
            yield f"png_{color}_{depth}_interlaced.png", png(13, 7, depth, color, channels, True, palette)
    transparent = chunk(b"PLTE", numbers.bytes(48)) + chunk(b"tRNS", bytes([0, 128]))
    yield "png_3_4_transparent.png", png(13, 7, 4, 3, 1, extra=transparent)
    yield "png_0_8_transparent.png", png(13, 7, 8, 0, 1, extra=chunk(b"tRNS", b"\0\7"))
    yield "png_gamma.png", png(13, 7, 8, 2, 3, extra=chunk(b"gAMA", struct.pack(">I", 100000)))


def decoded(data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode == "I;16":
        return np.repeat((np.asarray(image) >> 8).astype(np.uint8)[..., None], 3, -1)
    return np.asarray(image.convert("RGB"))


def resized():
    chooser = random.Random(7)
    methods = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
    extents = [1, 2, 3, 5, 8, 13, 17, 24, 31, 40]
    for number in range(60):
        height, width, new_height, new_width = (chooser.choice(extents) for _ in range(4))
        channels = 3 if number % 3 else 1
        pixels = numbers.integers(0, 256, (height, width, channels), dtype=np.uint8)
        if number % 4 == 0:
            pixels = (pixels > 127).astype(np.uint8) * 255
        for name, method in methods.items():
            image = Image.fromarray(pixels if channels == 3 else pixels[..., 0])
            result = np.asarray(image.resize((new_width, new_height), method))
            yield {
                "resampling": name, "shape": list(pixels.shape), "pixels": packed(pixels),
                "size": [new_height, new_width], "result": packed(result),
            }


def write(name, value):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    os.makedirs(os.path.join(HERE, "images"), exist_ok=True)
    expected = {}
    for name, data in files():
        with open(os.path.join(HERE, "images", name), "wb") as file:
            file.write(data)
        pixels = decoded(data)
        expected[name] = {"shape": list(pixels.shape), "pixels": packed(pixels)}
    write("images.json", expected)
    write("resizing.json", list(resized()))
