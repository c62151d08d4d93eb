"""layers.json: forward values and gradients of single layers.

`dx` and `dweights` are the gradients of sum(y * upstream). `dweights` has an entry per weight, null
for weights that are not trained. `nonTrainableAfter` holds, in Keras's order, the weights that are not
trained as they stand after the call.
"""

import numpy as np

from . import references
from .common import distinct, header, keras, normal, number, tensor, tf, write

CONVOLUTIONS = [
    dict(filters=3, kernel_size=3, strides=1, padding="same", use_bias=True),
    dict(filters=3, kernel_size=3, strides=1, padding="valid", use_bias=False),
    dict(filters=3, kernel_size=3, strides=2, padding="same", use_bias=True),
    dict(filters=3, kernel_size=3, strides=2, padding="valid", use_bias=True),
    dict(filters=3, kernel_size=2, strides=2, padding="same", use_bias=False),
    dict(filters=3, kernel_size=3, strides=1, padding="same", dilation_rate=2, use_bias=True),
    dict(filters=3, kernel_size=3, strides=1, padding="valid", dilation_rate=2, use_bias=False),
    dict(filters=4, kernel_size=3, strides=1, padding="same", groups=2, use_bias=True),
    dict(filters=4, kernel_size=3, strides=2, padding="same", groups=2, use_bias=False),
    dict(filters=5, kernel_size=1, strides=1, padding="valid", use_bias=True),
    dict(filters=5, kernel_size=1, strides=2, padding="valid", use_bias=False),
    dict(filters=3, kernel_size=3, strides=1, padding="same", activation="relu", use_bias=True),
]

DEPTHWISE = [
    dict(kernel_size=3, strides=1, padding="same", use_bias=True),
    dict(kernel_size=3, strides=1, padding="valid", use_bias=False),
    dict(kernel_size=3, strides=2, padding="same", use_bias=False),
    dict(kernel_size=3, strides=2, padding="valid", use_bias=True),
    dict(kernel_size=3, strides=1, padding="same", depth_multiplier=2, use_bias=True),
]


SEPARABLE = [
    dict(filters=3, kernel_size=3, strides=1, padding="same", use_bias=True),
    dict(filters=3, kernel_size=3, strides=1, padding="valid", depth_multiplier=3, use_bias=False),
    dict(filters=4, kernel_size=3, strides=2, padding="same", use_bias=False),
    dict(filters=1, kernel_size=2, strides=2, padding="valid", depth_multiplier=2, use_bias=True),
    dict(filters=3, kernel_size=3, strides=1, padding="same", dilation_rate=2, activation="relu", use_bias=True),
]

TRANSPOSED = [
    dict(filters=3, kernel_size=3, strides=1, padding="valid", use_bias=True),
    dict(filters=3, kernel_size=3, strides=1, padding="same", use_bias=False),
    dict(filters=3, kernel_size=3, strides=2, padding="valid", use_bias=True),
    dict(filters=3, kernel_size=3, strides=2, padding="same", use_bias=True),
    dict(filters=3, kernel_size=4, strides=2, padding="same", use_bias=True),
    dict(filters=3, kernel_size=2, strides=3, padding="same", use_bias=False),
    dict(filters=3, kernel_size=2, strides=3, padding="valid", use_bias=False),
    dict(filters=3, kernel_size=5, strides=3, padding="same", use_bias=False),
    dict(filters=3, kernel_size=3, strides=2, padding="valid", output_padding=1, use_bias=True),
    dict(filters=3, kernel_size=3, strides=2, padding="same", output_padding=0, use_bias=True),
    dict(filters=3, kernel_size=3, strides=2, padding="same", output_padding=1, use_bias=True),
    dict(filters=3, kernel_size=4, strides=3, padding="same", output_padding=2, use_bias=True),
    dict(filters=2, kernel_size=3, strides=1, padding="same", activation="relu", use_bias=True),
]


def layer_list():
    """(layer, arguments, input shape, mode, trainable) of every case."""
    cases = []

    def add(layer, arguments, shape, mode="inference", trainable=True):
        cases.append((layer, arguments, shape, mode, trainable))

    for activation in ("linear", "relu", "elu", "selu", "sigmoid", "tanh", "softmax", "swish"):
        add("Dense", dict(units=3, activation=activation), (4, 5))
    add("Dense", dict(units=3, use_bias=False), (4, 5))
    add("Dense", dict(units=3), (2, 3, 5))
    add("Flatten", {}, (2, 3, 2, 2))
    add("Flatten", {}, (3, 4))
    add("Reshape", dict(target_shape=[4, 3]), (2, 3, 4))
    add("Reshape", dict(target_shape=[2, -1, 2]), (2, 12))
    for activation in references.ACTIVATIONS:
        add("Activation", dict(activation=activation), (3, 7))
    for arguments in (
        {},
        dict(max_value=1.5),
        dict(negative_slope=0.25),
        dict(threshold=0.5),
        dict(max_value=1.5, negative_slope=0.25, threshold=0.5),
    ):
        add("ReLU", arguments, (3, 7))
    add("LeakyReLU", {}, (3, 7))
    add("LeakyReLU", dict(negative_slope=0.25), (3, 7))
    add("ELU", dict(alpha=0.5), (3, 7))
    add("PReLU", {}, (3, 7))
    add("PReLU", dict(shared_axes=[1, 2]), (2, 3, 3, 2))
    add("Softmax", {}, (2, 3, 4))
    for shape in ((6, 3), (2, 3, 3, 2)):
        for mode in ("training", "inference"):
            add("BatchNormalization", {}, shape, mode)
            add("BatchNormalization", dict(center=False), shape, mode)
            add("BatchNormalization", dict(scale=False), shape, mode)
            add("BatchNormalization", dict(center=False, scale=False), shape, mode)
            add("BatchNormalization", dict(momentum=0.9, epsilon=1e-5), shape, mode)
        add("BatchNormalization", {}, shape, "training", trainable=False)
    add("BatchNormalization", {}, (1, 3), "training")
    for arguments in CONVOLUTIONS:
        add("Conv2D", arguments, (2, 5, 6, 4 if arguments.get("groups") else 2))
    for arguments in DEPTHWISE:
        add("DepthwiseConv2D", arguments, (2, 5, 6, 2))
    for layer in ("MaxPooling2D", "AveragePooling2D"):
        for padding in ("valid", "same"):
            add(layer, dict(pool_size=2, padding=padding), (2, 5, 6, 2))
            add(layer, dict(pool_size=3, strides=2, padding=padding), (2, 6, 5, 2))
            add(layer, dict(pool_size=2, strides=1, padding=padding), (2, 4, 3, 2))
    add("GlobalAveragePooling2D", {}, (2, 3, 4, 3))
    add("GlobalMaxPooling2D", {}, (2, 3, 4, 3))
    for activation in references.MORE_ACTIVATIONS:
        add("Activation", dict(activation=activation), (3, 7))
    add("ThresholdedReLU", {}, (3, 7))
    add("ThresholdedReLU", dict(theta=0.25), (3, 7))
    add("Softmax", dict(axis=1), (2, 3, 4))
    for shape, axis in (
        ((4, 5), [-1]),
        ((2, 3, 4), [-1]),
        ((2, 3, 4), [1]),
        ((2, 3, 4), [1, 2]),
        ((2, 3, 4, 2), [1, 3]),
    ):
        add("LayerNormalization", dict(axis=axis), shape, "training")
    add("LayerNormalization", dict(axis=[-1]), (4, 5), "inference", trainable=False)
    add("LayerNormalization", dict(axis=[-1], center=False), (4, 5), "training")
    add("LayerNormalization", dict(axis=[-1], scale=False, epsilon=1e-5), (4, 5), "training")
    add("LayerNormalization", dict(axis=[-1], center=False, scale=False), (4, 5), "training")
    for shape, groups in (
        ((4, 6), 2),
        ((2, 3, 2, 6), 3),
        ((2, 3, 2, 4), 1),
        ((2, 3, 2, 4), -1),
        ((2, 5, 64), 32),
    ):
        add("GroupNormalization", dict(groups=groups), shape, "training")
    add("GroupNormalization", dict(groups=2), (2, 3, 2, 4), "inference", trainable=False)
    add("GroupNormalization", dict(groups=2, center=False, epsilon=1e-5), (2, 3, 2, 4), "training")
    add("GroupNormalization", dict(groups=2, scale=False), (2, 3, 2, 4), "training")
    for margins in ([1, 1, 1, 1], [0, 1, 0, 1], [2, 0, 1, 3]):
        add("ZeroPadding2D", dict(margins=margins), (2, 3, 4, 2))
        add("Cropping2D", dict(margins=margins), (2, 4, 5, 2))
    add("Rescaling", dict(scales=[0.25], offsets=[-1.0]), (2, 3, 4))
    add("Rescaling", dict(scales=[0.5, 2.0, -1.0], offsets=[1.0, 0.0, 0.25]), (2, 3, 2, 3))
    for arguments in SEPARABLE:
        add("SeparableConv2D", arguments, (2, 5, 6, 2))
    for arguments in TRANSPOSED:
        add("Conv2DTranspose", arguments, (2, 3, 4, 2))
    add("Conv2DTranspose", TRANSPOSED[0], (1, 1, 1, 3))
    for size in ([2, 2], [3, 1], [1, 4], [5, 2]):
        for interpolation in ("nearest", "bilinear"):
            add("UpSampling2D", dict(size=size, interpolation=interpolation), (2, 3, 4, 2))
    add("UpSampling2D", dict(size=[2, 3], interpolation="bilinear"), (1, 1, 2, 1))
    for shape, axis in (((4, 5), [-1]), ((2, 3, 4, 2), [-1]), ((2, 3, 4, 2), [1, 3]), ((2, 3, 4), [])):
        for invert in (False, True):
            add("Normalization", dict(axis=axis, invert=invert), shape, "training")
    add("Normalization", dict(axis=[-1], mean=[1.0, -2.0, 0.5], variance=[4.0, 0.25, 0.0]), (2, 4, 3))
    add("Normalization", dict(axis=[1, 2], mean=[1.0, -2.0, 0.5], variance=[4.0, 0.25, 2.0]), (2, 4, 3))
    add("Normalization", dict(axis=[-1], mean=0.5, variance=4.0, invert=True), (2, 4, 3))
    for activation in references.LATER_ACTIVATIONS:
        add("Activation", dict(activation=activation), (3, 7))
    return cases


def weight_value(generator, variable):
    """Every weight is random, the statistics too: zeros and ones would hide mistakes."""
    if variable.name == "count":
        return np.zeros((), "int32")
    if "variance" in variable.name or "gamma" in variable.name:
        return np.round(generator.uniform(0.5, 1.5, size=variable.shape), 3)
    return normal(generator, tuple(variable.shape), scale=0.5)


def check_against_formula(layer, arguments, x, weights, y):
    """Recomputes the forward value in NumPy where the formula is short."""
    if layer == "Activation":
        functions = references.ACTIVATIONS | references.MORE_ACTIVATIONS | references.LATER_ACTIVATIONS
        references.require_close(str(arguments), y, functions[arguments["activation"]](x))
    if layer == "SeparableConv2D":
        depthwise = weights[0].reshape(weights[0].shape[:2] + (1, -1))
        expected = references.convolution(
            x, depthwise, arguments["strides"], arguments["padding"], arguments.get("dilation_rate", 1), x.shape[3]
        )
        expected = expected @ weights[1][0, 0] + (weights[2] if arguments["use_bias"] else 0)
        if arguments.get("activation") == "relu":
            expected = np.maximum(expected, 0)
        references.require_close(f"{layer} {arguments}", y, expected)
    if layer == "Conv2DTranspose":
        bias = weights[1] if arguments["use_bias"] else 0
        expected = references.transposed_convolution(x, weights[0], arguments, y.shape) + bias
        if arguments.get("activation") == "relu":
            expected = np.maximum(expected, 0)
        references.require_close(f"{layer} {arguments}", y, expected)
    if layer == "UpSampling2D":
        references.require_close(
            f"{layer} {arguments}", y, references.upsampled(x, arguments["size"], arguments["interpolation"])
        )
    if layer in ("Conv2D", "DepthwiseConv2D"):
        kernel, groups = weights[0], arguments.get("groups", 1)
        if layer == "DepthwiseConv2D":
            # A group per channel; output channel c * multiplier + m comes from input channel c.
            groups = kernel.shape[2]
            kernel = kernel.reshape(kernel.shape[:2] + (1, -1))
        expected = references.convolution(
            x, kernel, arguments["strides"], arguments["padding"], arguments.get("dilation_rate", 1), groups
        )
        if arguments["use_bias"]:
            expected = expected + weights[1]
        if arguments.get("activation") == "relu":
            expected = np.maximum(expected, 0)
        references.require_close(f"{layer} {arguments}", y, expected)


def check_own_normalization(case, x, weights, y):
    """Recomputes what normalizes each sample by itself."""
    arguments, named = case["arguments"], dict(zip(case["weightNames"], weights))
    gamma, beta, epsilon = named.get("gamma"), named.get("beta"), arguments.get("epsilon", 1e-3)
    if case["layer"] == "LayerNormalization":
        axes = tuple(axis % x.ndim for axis in arguments["axis"])
        sizes = [x.shape[axis] for axis in axes]
        gamma, beta = np.ones(sizes) if gamma is None else gamma, np.zeros(sizes) if beta is None else beta
        expected = references.layer_normalization(x, axes, gamma, beta, epsilon)
    else:
        gamma, beta = 1.0 if gamma is None else gamma, 0.0 if beta is None else beta
        expected = references.group_normalization(x, arguments["groups"], gamma, beta, epsilon)
    references.require_close(f"{case['layer']} {arguments}", y, expected)


def check_batch_normalization(case, x, before, y, after):
    """Recomputes value and moving statistics as the table in the design says for Keras 3."""
    arguments = case["arguments"]
    named = dict(zip(case["weightNames"], before))
    axes = tuple(range(x.ndim - 1))
    uses_batch = case["mode"] == "training" and case["trainable"]
    mean = x.mean(axis=axes) if uses_batch else named["moving_mean"]
    variance = x.var(axis=axes) if uses_batch else named["moving_variance"]
    expected = references.batch_normalization(
        x, named.get("gamma", 1.0), named.get("beta", 0.0), mean, variance, arguments.get("epsilon", 1e-3)
    )
    references.require_close(f"BatchNormalization {case['mode']}", y, expected)
    momentum = arguments.get("momentum", 0.99) if uses_batch else 1.0
    for actual, old, new in zip(
        after[-2:], (named["moving_mean"], named["moving_variance"]), (mean, variance)
    ):
        references.require_close("moving statistics", actual, momentum * old + (1 - momentum) * new)


def exact_call(layer_name, arguments, layer):
    """The layer, or its formula where TensorFlow rounds a constant to float32 on the way."""
    if arguments.get("activation") == "gelu":
        # tf.nn.gelu divides by a float32 square root of two.
        root = tf.constant(np.sqrt(2.0))
        return lambda x, training: 0.5 * x * (1 + tf.math.erf(x / root))
    if arguments.get("activation") == "gelu_tanh":
        # tf.nn.gelu takes its constants through float32.
        root = tf.constant(np.sqrt(2 / np.pi))
        cubic = tf.constant(np.float64(0.044715))
        return lambda x, training: 0.5 * x * (1 + tf.tanh(root * (x + cubic * x**3)))
    if arguments.get("activation") == "leaky_relu":
        return lambda x, training: tf.where(x > 0, x, x * tf.constant(np.float64(0.2)))
    if arguments.get("interpolation") == "bilinear":
        # tf.image.resize computes in float32.
        def resize(x, training):
            rows, columns = (
                tf.constant(references.interpolation(x.shape[axis + 1], arguments["size"][axis])) for axis in (0, 1)
            )
            y = tf.einsum("ih,jw,nhwc->nijc", rows, columns, x)
            references.require_close("UpSampling2D", layer(x).numpy(), y.numpy(), 1e-6)
            return y

        return resize
    if layer_name == "LeakyReLU":
        # tf.nn.leaky_relu keeps its slope in a float32 attribute.
        return lambda x, training: tf.where(x > 0, x, x * tf.constant(layer.negative_slope, x.dtype))
    return layer


def make_layer(name, arguments):
    if name == "ThresholdedReLU":
        # Keras 3 keeps it among the legacy layers.
        from keras.src.legacy.layers import ThresholdedReLU

        return ThresholdedReLU(**arguments)
    if arguments.get("activation") == "gelu_tanh":
        return keras.layers.Activation(lambda x: keras.activations.gelu(x, approximate=True))
    if "margins" in arguments:
        top, bottom, left, right = arguments["margins"]
        return getattr(keras.layers, name)(((top, bottom), (left, right)))
    if name == "Rescaling":
        one = len(arguments["scales"]) == 1
        scale, offset = arguments["scales"], arguments["offsets"]
        return keras.layers.Rescaling(scale[0], offset[0]) if one else keras.layers.Rescaling(scale, offset)
    return getattr(keras.layers, name)(**arguments)


def make_case(seed, layer_name, arguments, shape, mode, trainable):
    generator = np.random.default_rng(seed)
    layer = make_layer(layer_name, arguments)
    layer.build(shape) if layer_name != "Activation" else None
    layer.trainable = trainable
    x = distinct(generator, shape) if "Pooling" in layer_name else normal(generator, shape)
    before = [weight_value(generator, variable) for variable in layer.weights]
    layer.set_weights(before)
    if layer_name == "Normalization":
        # Keras computes with a copy of its weights.
        layer.finalize_state()

    point = tf.constant(x)
    trained = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(point)
        y = exact_call(layer_name, arguments, layer)(point, training=mode == "training")
        upstream = normal(generator, tuple(y.shape))
        total = tf.reduce_sum(y * upstream)
    gradients = tape.gradient(total, [point] + trained)

    names = [variable.name for variable in layer.weights]
    gradient_of = {variable.name: g for variable, g in zip(layer.trainable_variables, gradients[1:])}
    after = [variable.numpy() for variable in layer.weights if variable.name not in gradient_of]
    case = {
        "layer": layer_name,
        "arguments": {key: number(v) if isinstance(v, float) else v for key, v in arguments.items()},
        "inputShape": list(shape),
        "mode": mode,
        "trainable": trainable,
        "weightNames": names,
        "x": tensor(x),
        "weights": [tensor(value) for value in before],
        "y": tensor(y),
        "upstream": tensor(upstream),
        "dx": tensor(tf.convert_to_tensor(gradients[0])),
        "dweights": [tensor(gradient_of[name]) if name in gradient_of else None for name in names],
        "nonTrainableAfter": [tensor(value) for value in after],
    }
    check_against_formula(layer_name, arguments, x, before, y.numpy())
    if layer_name in ("LayerNormalization", "GroupNormalization"):
        check_own_normalization(case, x, before, y.numpy())
    if layer_name == "BatchNormalization":
        check_batch_normalization(case, x, before, y.numpy(), after)
    return case


def make(folder):
    cases = [make_case(1000 + index, *case) for index, case in enumerate(layer_list())]
    write(folder, "layers.json", {"header": header(__doc__.split("\n")[0])}, cases)
