"""Formulas in plain NumPy that check Keras while fixtures are made.

They guard against a backend that quietly computes a part in float32: a fixture made from such a
result would hold eight digits and look like fifteen.
"""

import math

import numpy as np

erf = np.vectorize(math.erf)

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def softmax(x):
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


ACTIVATIONS = {
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "exponential": np.exp,
    "gelu": lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "selu": lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0))),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": softmax,
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
}

# Those that came later, so that the cases of the others stay as they are.
MORE_ACTIVATIONS = {
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, 0)),
    "log_softmax": lambda x: np.log(softmax(x)),
    "gelu_tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
}

# And later still, at the end of the list of cases.
LATER_ACTIVATIONS = {
    "celu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "log_sigmoid": lambda x: -np.logaddexp(-x, 0),
    "sparse_plus": lambda x: np.where(x >= 1, x, np.square(np.maximum(x + 1, 0)) / 4),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
}


LOG_COSH_FLOOR = math.log(2)


def hinge_gap(y_true, y_pred):
    """Targets of 0 and 1 are those of -1 and 1."""
    signs = np.where(y_true == 0, -1.0, y_true)
    return np.maximum(1 - signs * y_pred, 0)


def direction(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-7)


def divergence(y_true, y_pred):
    y_true, y_pred = np.clip(y_true, 1e-7, 1), np.clip(y_pred, 1e-7, 1)
    return np.sum(y_true * np.log(y_true / y_pred), axis=-1)


LOSSES = {
    "CategoricalHinge": lambda t, p: np.maximum(
        1 + np.max((1 - t) * p, axis=-1) - np.sum(t * p, axis=-1), 0
    ),
    "CosineSimilarity": lambda t, p: -np.sum(direction(t) * direction(p), axis=-1),
    "Hinge": lambda t, p: np.mean(hinge_gap(t, p), axis=-1),
    "KLDivergence": divergence,
    "LogCosh": lambda t, p: np.mean(np.logaddexp(p - t, t - p) - LOG_COSH_FLOOR, axis=-1),
    "MeanAbsolutePercentageError": lambda t, p: 100
    * np.mean(np.abs(t - p) / np.maximum(np.abs(t), 1e-7), axis=-1),
    "MeanSquaredLogarithmicError": lambda t, p: np.mean(
        (np.log1p(np.maximum(p, 1e-7)) - np.log1p(np.maximum(t, 1e-7))) ** 2, axis=-1
    ),
    "Poisson": lambda t, p: np.mean(p - t * np.log(p + 1e-7), axis=-1),
    "SquaredHinge": lambda t, p: np.mean(hinge_gap(t, p) ** 2, axis=-1),
}


def loss_with_settings(loss, arguments, y_true, y_pred):
    """Huber and the focal losses, whose predictions are far from 0 and 1."""
    if loss == "Huber":
        delta, size = arguments["delta"], np.abs(y_true - y_pred)
        small = np.minimum(size, delta)
        return np.mean(small**2 / 2 + delta * (size - small), axis=-1)
    gamma, smoothing = arguments.get("gamma", 2.0), arguments.get("label_smoothing", 0.0)
    if loss == "BinaryFocalCrossentropy":
        p = 1 / (1 + np.exp(-y_pred)) if arguments["from_logits"] else y_pred
        t = y_true * (1 - smoothing) + smoothing / 2
        values = (t * (1 - p) + (1 - t) * p) ** gamma * -(t * np.log(p) + (1 - t) * np.log(1 - p))
        if arguments.get("apply_class_balancing"):
            values = values * (t * arguments["alpha"] + (1 - t) * (1 - arguments["alpha"]))
        return np.mean(values, axis=-1)
    p = softmax(y_pred) if arguments["from_logits"] else y_pred
    t = y_true * (1 - smoothing) + smoothing / y_pred.shape[-1]
    return np.sum(-arguments.get("alpha", 0.25) * (1 - p) ** gamma * t * np.log(p), axis=-1)


def batch_normalization(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def layer_normalization(x, axes, gamma, beta, epsilon):
    shape = [x.shape[i] if i in axes else 1 for i in range(x.ndim)]
    mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * np.reshape(gamma, shape) + np.reshape(beta, shape)


def group_normalization(x, groups, gamma, beta, epsilon):
    groups = x.shape[-1] if groups == -1 else groups
    grouped = x.reshape(x.shape[0], -1, groups, x.shape[-1] // groups)
    mean, variance = grouped.mean(axis=(1, 3), keepdims=True), grouped.var(axis=(1, 3), keepdims=True)
    return ((grouped - mean) / np.sqrt(variance + epsilon)).reshape(x.shape) * gamma + beta


def convolution(x, kernel, strides, padding, dilation, groups):
    """A plain loop over the kernel's taps; `same` puts the odd cell of padding at the end."""
    height, width = kernel.shape[0], kernel.shape[1]
    pads, sizes = [], []
    for axis, extent in ((1, height), (2, width)):
        reach = (extent - 1) * dilation + 1
        size = x.shape[axis]
        if padding == "same":
            out = -(-size // strides)
            total = max((out - 1) * strides + reach - size, 0)
        else:
            out, total = (size - reach) // strides + 1, 0
        pads.append((total // 2, total - total // 2))
        sizes.append(out)
    padded = np.pad(x, ((0, 0), pads[0], pads[1], (0, 0)))
    per_group_in, per_group_out = x.shape[3] // groups, kernel.shape[3] // groups
    result = np.zeros((x.shape[0], sizes[0], sizes[1], kernel.shape[3]))
    for row in range(height):
        for column in range(width):
            top, left = row * dilation, column * dilation
            window = padded[
                :,
                top : top + (sizes[0] - 1) * strides + 1 : strides,
                left : left + (sizes[1] - 1) * strides + 1 : strides,
                :,
            ]
            for group in range(groups):
                inputs = slice(group * per_group_in, (group + 1) * per_group_in)
                outputs = slice(group * per_group_out, (group + 1) * per_group_out)
                result[..., outputs] += window[..., inputs] @ kernel[row, column, :, outputs]
    return result


def transposed_convolution(x, kernel, arguments, shape):
    """Every pixel adds the filter, times its value, to a canvas, from which the middle is cut."""
    stride, (height, width) = arguments["strides"], kernel.shape[:2]
    rows, columns = (x.shape[1] - 1) * stride, (x.shape[2] - 1) * stride
    canvas = np.zeros((x.shape[0], rows + height + stride, columns + width + stride, kernel.shape[2]))
    for row in range(x.shape[1]):
        for column in range(x.shape[2]):
            top, left = row * stride, column * stride
            part = np.einsum("nc,hwoc->nhwo", x[:, row, column], kernel)
            canvas[:, top : top + height, left : left + width] += part
    top, left = (max(size - (out - way), 0) // 2 for size, out, way in ((height, shape[1], rows), (width, shape[2], columns)))
    return canvas[:, top : top + shape[1], left : left + shape[2]]


def interpolation(size, factor):
    """The matrix that makes `size * factor` places of `size`, linearly between centres."""
    matrix = np.zeros((size * factor, size))
    for place in range(size * factor):
        source = min(max((place + 0.5) / factor - 0.5, 0), size - 1)
        low = min(int(source), size - 1)
        matrix[place, low] += 1 - (source - low)
        matrix[place, min(low + 1, size - 1)] += source - low
    return matrix


def upsampled(x, size, kind):
    if kind == "nearest":
        return x.repeat(size[0], axis=1).repeat(size[1], axis=2)
    rows, columns = (interpolation(x.shape[axis + 1], size[axis]) for axis in (0, 1))
    return np.einsum("ih,jw,nhwc->nijc", rows, columns, x)


def require_close(name, actual, expected, tolerance=1e-12):
    """Stops the run when Keras and the plain formula disagree."""
    error = np.max(np.abs(np.asarray(actual) - expected) / (1 + np.abs(expected)))
    if not error < tolerance:
        raise AssertionError(f"{name}: Keras differs from the formula by {error}")
