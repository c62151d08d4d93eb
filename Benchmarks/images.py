"""Decoding and resizing beside Pillow, per core: CPU time for each file of a folder, and whether the bytes agree.

    pip install numpy pillow
    python Benchmarks/images.py FOLDER [--size 224] [--every 1]

Compiles Sources/CImages, where all the work is done, into a library of its own (clang, or CC) and calls it.
"""

import argparse
import ctypes
import glob
import io
import os
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Info(ctypes.Structure):
    _fields_ = [
        ("width", ctypes.c_int64), ("height", ctypes.c_int64), ("least_bytes", ctypes.c_int64),
        ("message", ctypes.c_char * 256),
    ]


def build(folder):
    target = os.path.join(folder, "libimages.so")
    options = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libjpeg", "libpng"], text=True).split()
    sources = sorted(glob.glob(os.path.join(ROOT, "Sources/CImages/*.c")))
    include = "-I" + os.path.join(ROOT, "Sources/CImages/include")
    compiler = os.environ.get("CC", "clang")
    subprocess.check_call([compiler, "-O2", "-fPIC", "-shared", include, *sources, "-o", target, *options, "-lm"])
    return ctypes.CDLL(target)


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def decode(library, data):
    kind = "png" if data[:4] == b"\x89PNG" else "jpeg"
    info = Info()
    count = ctypes.c_size_t(len(data))
    status = getattr(library, f"thaw_{kind}_info")(data, count, ctypes.byref(info))
    if status == 0:
        pixels = np.empty((info.height, info.width, 3), np.uint8)
        status = getattr(library, f"thaw_{kind}_decode")(data, count, pointer(pixels), ctypes.byref(info))
    if status:
        raise SystemExit(f"a file was refused: {info.message.decode()}")
    return pixels


def resize(library, pixels, size):
    result = np.empty((size, size, 3), np.uint8)
    extents = [ctypes.c_int64(value) for value in (*pixels.shape, size, size)]
    library.thaw_image_resize(pointer(pixels), *extents[:3], pointer(result), *extents[3:], 1)
    return result


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    files = sorted(
        path for path in glob.glob(os.path.join(options.folder, "**/*"), recursive=True)
        if path.lower().endswith((".jpg", ".jpeg", ".png")))[:: options.every]
    totals = np.zeros(4)
    equal = 0
    with tempfile.TemporaryDirectory() as folder:
        library = build(folder)
        for path in files:
            with open(path, "rb") as file:
                data = file.read()
            ours = timed(lambda: decode(library, data))
            theirs = timed(lambda: Image.open(io.BytesIO(data)).convert("RGB"))
            small = timed(lambda: resize(library, ours[1], options.size))
            size = (options.size, options.size)
            their_small = timed(lambda: theirs[1].resize(size, Image.Resampling.BILINEAR))
            totals += [ours[0], theirs[0], small[0], their_small[0]]
            same = np.array_equal(ours[1], np.asarray(theirs[1]))
            equal += same and np.array_equal(small[1], np.asarray(their_small[1]))
    ours, theirs, small, their_small = totals / max(len(files), 1) * 1000
    print(f"{len(files)} files, {equal} of them to the bit as Pillow's; CPU time of each")
    print(f"decode   {ours:.3f} ms, Pillow {theirs:.3f} ms, share {ours / theirs:.2f}")
    print(f"resize   {small:.3f} ms, Pillow {their_small:.3f} ms, share {small / their_small:.2f}")
    print(f"both     {ours + small:.3f} ms, Pillow {theirs + their_small:.3f} ms")


if __name__ == "__main__":
    main()
