"""augmentation.json: images moved and coloured, for given transforms and given draws.

`resampling` cases have transforms `[n, 6]`. Cases of layers have `draws`, the numbers a layer draws in their order, and `y`, what it
makes of `x` with them. TensorFlow resamples in float32 and rounds transforms, so that a plain formula in float64 gives the numbers;
Keras on NumPy, and its layers, must agree with it as far as float32 goes.
"""

import numpy as np

from . import references
from .common import header, keras, normal, number, tensor, tf, write

FILLS = ("constant", "nearest", "reflect", "wrap")
LAYERS = keras.layers


def inside(place, size, fill):
    if 0 <= place < size:
        return place
    if fill == "constant":
        return None
    if fill == "nearest":
        return 0 if place < 0 else size - 1
    if fill == "wrap":
        return place % size
    rest = place % (2 * size)
    return rest if rest < size else 2 * size - 1 - rest


def resampled(images, transforms, interpolation, fill, value):
    """The definition of an affine resampling, pixel by pixel."""
    count, height, width, _ = images.shape
    result = np.zeros_like(images)
    for n, (a0, a1, a2, b0, b1, b2) in enumerate(np.asarray(transforms)[:, :6]):
        for y in range(height):
            for x in range(width):
                parts = []
                for place in (b0 * x + b1 * y + b2, a0 * x + a1 * y + a2):
                    low = np.floor(place)
                    nearest = [(int(np.floor(place + 0.5)), 1.0)]
                    both = [(int(low), 1 - (place - low)), (int(low) + 1, place - low)]
                    parts.append(nearest if interpolation == "nearest" else both)
                for row, row_weight in parts[0]:
                    for column, column_weight in parts[1]:
                        i, j = inside(row, height, fill), inside(column, width, fill)
                        pixel = value if i is None or j is None else images[n, i, j]
                        result[n, y, x] += row_weight * column_weight * pixel
    return result


def checked(images, transforms, interpolation, fill, value=0.0):
    """The same, compared with Keras on NumPy."""
    from keras.src.backend.numpy.image import affine_transform

    y = resampled(images, transforms, interpolation, fill, value)
    full = np.concatenate([np.asarray(transforms)[:, :6], np.zeros((len(images), 2))], axis=1)
    theirs = affine_transform(images, full, interpolation, fill, value, data_format="channels_last")
    references.require_close(f"{interpolation} {fill}", theirs, y, 1e-5)
    return y


def resampling_case(seed, shape, interpolation, fill, value):
    generator = np.random.default_rng(seed)
    x = normal(generator, shape)
    identity = np.array([1.0, 0, 0, 0, 1, 0])
    transforms = np.round(identity + generator.normal(size=(shape[0], 6)) * [0.6, 0.4, 2, 0.4, 0.6, 2], 3) + 0.0007
    y = checked(x, transforms, interpolation, fill, value)
    return {
        "kind": "resampling", "interpolation": interpolation, "fill": fill, "value": number(value), "x": tensor(x),
        "draws": [tensor(transforms)], "y": tensor(y),
    }


def layer_case(layer, settings, x, draws, y, theirs):
    references.require_close(layer, np.asarray(theirs), y, 1e-5)
    return {
        "kind": layer, **settings, "x": tensor(x), "draws": [tensor(draw) for draw in draws], "y": tensor(y),
    }


def column(*values):
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def moving_cases(x):
    n, height, width, _ = x.shape
    cases = []
    for mode, axis in (("horizontal", 2), ("vertical", 1)):
        flips = column(1, 0, 1)
        y = np.where(flips.reshape(-1, 1, 1, 1) > 0, np.flip(x, axis), x)
        theirs = LAYERS.RandomFlip(mode)._flip_inputs(tf.constant(x), {"flips": tf.constant(flips.reshape(-1, 1, 1, 1) > 0)})
        cases.append(layer_case("RandomFlip", {"mode": mode}, x, [flips], y, theirs))
    for fill, interpolation in (("reflect", "bilinear"), ("constant", "nearest"), ("wrap", "bilinear")):
        settings = {"fill": fill, "interpolation": interpolation, "value": 0.5}
        down, right = column(0.2, -0.4, 0.93), column(-0.31, 0.72, 0.1)
        one, zero = np.ones((n, 1)), np.zeros((n, 1))
        matrix = np.concatenate([one, zero, -right * width, zero, one, -down * height], axis=1)
        layer = LAYERS.RandomTranslation(0.5, 0.5)
        theirs = layer._get_translation_matrix(tf.constant(np.concatenate([right * width, down * height], axis=1)))
        references.require_close("translation", theirs[:, :6], matrix, 1e-6)
        y = checked(x, matrix, interpolation, fill, 0.5)
        cases.append(layer_case("RandomTranslation", settings, x, [down, right], y, y))

        turns = column(0.1, -0.33, 0.71)
        angle, zeros = tf.constant(turns[:, 0] * 360, tf.float32), tf.zeros([n])
        theirs = LAYERS.RandomRotation(0.5)._compute_affine_matrix(
            0.5, 0.5, angle, zeros, zeros, zeros + 1, zeros, zeros, height, width)
        cos, sin = np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)
        cx, cy = (width - 1) / 2, (height - 1) / 2
        matrix = np.concatenate([cos, -sin, cx - cx * cos + cy * sin, sin, cos, cy - cx * sin - cy * cos], axis=1)
        references.require_close("rotation", theirs[:, :6], matrix, 1e-6)
        y = checked(x, matrix, interpolation, fill, 0.5)
        cases.append(layer_case("RandomRotation", settings, x, [turns], y, y))

        high, wide = column(0.3, -0.6, 0.05), column(0.2, 0.9, -0.41)
        for draws in ([high, wide], [high]):
            zooms = 1 + np.concatenate([draws[-1], high], axis=1)
            theirs = LAYERS.RandomZoom(0.5)._get_zoom_matrix(tf.constant(zooms, tf.float32), height, width)
            zx, zy = zooms[:, :1], zooms[:, 1:]
            matrix = np.concatenate([zx, zero, cx * (1 - zx), zero, zy, cy * (1 - zy)], axis=1)
            references.require_close("zoom", theirs[:, :6], matrix, 1e-6)
            y = checked(x, matrix, interpolation, fill, 0.5)
            cases.append(layer_case("RandomZoom", settings | {"own": len(draws)}, x, draws, y, y))
    return cases


def each(*values):
    return np.array(values, dtype=np.float64).reshape(-1, 1, 1, 1)


def colour_cases(x):
    cases = []
    share = each(0.2, -0.35, 0.9)
    y = np.clip(x + share, 0, 1)
    theirs = LAYERS.RandomBrightness(0.5, value_range=(0, 1)).transform_images(tf.constant(x), {"rgb_delta": tf.constant(share)})
    cases.append(layer_case("RandomBrightness", {}, x, [share], y, theirs))

    scale = each(0.8, 1.3, 1.9)
    mean = x.mean(axis=(1, 2), keepdims=True)
    y = np.clip((x - mean) * scale + mean, 0, 1)
    theirs = LAYERS.RandomContrast(0.5, value_range=(0, 1)).transform_images(
        tf.constant(x), {"contrast_factor": tf.constant(scale)})
    cases.append(layer_case("RandomContrast", {}, x, [scale], y, theirs))

    f = each(0.1, 0.6, 0.95)
    factor = f / (1 - f + 1e-7)
    # A grey and a black pixel.
    x = x.copy()
    x[:, 0, 0], x[:, 0, 1] = 0.5, 0
    largest, smallest = x.max(axis=3, keepdims=True), x.min(axis=3, keepdims=True)
    most = largest / np.where(largest > smallest, largest - smallest, 1)
    y = largest - (largest - x) * np.minimum(factor, most)
    theirs = LAYERS.RandomSaturation((0.1, 0.9), value_range=(0, 1)).transform_images(
        tf.constant(x), {"factor": tf.constant(factor.reshape(-1))})
    cases.append(layer_case("RandomSaturation", {}, x, [f], y, theirs))
    return cases


def erasing_cases(x):
    n, height, width, channels = x.shape
    across, left, tall, top = each(0.2, 0.3, 0.05), each(0.1, 0.9, 0.4), each(0.33, 0.1, 0.2), each(0.5, 0.8, 0.0)
    probability, threshold = each(0.9, 0.5, 1.0), each(0.3, 0.6, 0.99)
    layer = LAYERS.RandomErasing(0.5, value_range=(0, 1), fill_value=[0.25, 0.5, 2.0])
    lengths = np.sqrt(across) * width, np.sqrt(tall) * height
    starts = left * (width - lengths[0]), top * (height - lengths[1])
    corners = [starts[0], starts[0] + lengths[0], starts[1], starts[1] + lengths[1]]
    corners = [tf.constant(corner.reshape(-1)) for corner in corners]
    colour = layer._get_fill_value(tf.constant(x), x.shape, None)
    theirs = layer.transform_images(
        tf.constant(x),
        {
            "apply_erasing": tf.constant((threshold < probability).reshape(-1)),
            "batch_masks": layer._generate_batch_mask(x.shape, corners), "fill_value": colour,
        })
    columns, rows = np.arange(width).reshape(1, 1, -1, 1), np.arange(height).reshape(1, -1, 1, 1)
    mask = (columns >= starts[0]) & (columns < starts[0] + lengths[0]) & (rows >= starts[1]) & (rows < starts[1] + lengths[1])
    y = np.where(mask & (threshold < probability), np.array([0.25, 0.5, 1.0]), x)
    draws = [across, left, tall, top, probability, threshold]
    return [layer_case("RandomErasing", {}, x, draws, y, theirs)]


def make(folder):
    cases = []
    for index, fill in enumerate(FILLS):
        for interpolation in ("nearest", "bilinear"):
            cases.append(resampling_case(60 + index, (3, 5, 4, 2), interpolation, fill, 0.5))
            cases.append(resampling_case(70 + index, (1, 1, 6, 1), interpolation, fill, -1.0))
    generator = np.random.default_rng(80)
    cases += moving_cases(normal(generator, (3, 5, 4, 2)))
    pictures = np.round(generator.uniform(0.02, 0.98, size=(3, 6, 7, 3)), 3)
    cases += colour_cases(pictures) + erasing_cases(pictures)
    write(folder, "augmentation.json", {"header": header(__doc__.split("\n")[0])}, cases)
