"""saving.json: models as Keras 3 describes them in config.json, and what they compute.

Every variable has the values `((7919 k + 13 n) % 1000) / 1000 - 0.5` for its k-th element, n being its place among the
paths of the `.weights.h5` file (sorted by group in the order Keras writes them, then by number), except that a variance is
`0.5 + |value|`. Inputs have the same formula with n = 99 + the input's place. Outputs in inference mode.
"""

import json
import os
import tempfile

import h5py
import numpy as np

from .common import header, keras, tensor, use, write

layers = keras.layers
BATCH = 3


def values(shape, n):
    k = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((7919 * k + 13 * n) % 1000) / 1000 - 0.5).reshape(shape)


def images():
    image = keras.Input((9, 8, 3), name="image")
    x = layers.Conv2D(
        8, 3, padding="same", use_bias=False, kernel_regularizer=keras.regularizers.L2(1e-3),
        kernel_constraint=keras.constraints.MaxNorm(3, axis=[0, 1, 2]))(image)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU(max_value=6.0)(x)
    x = layers.DepthwiseConv2D((3, 2), strides=2, depth_multiplier=2, activation="silu")(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.GroupNormalization(groups=4)(x)
    x = layers.Conv2D(4, (2, 1), strides=(1, 2), groups=4, dilation_rate=1, activation="leaky_relu")(x)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    x = layers.SpatialDropout2D(0.2)(x)
    maximum = layers.GlobalMaxPooling2D()(layers.MaxPooling2D((2, 1), padding="same")(x))
    average = layers.GlobalAveragePooling2D(keepdims=True)(layers.AveragePooling2D(2, strides=1, padding="same")(x))
    x = layers.Concatenate()([maximum, layers.Flatten()(average)])
    model = keras.Model(image, layers.Dense(3, activation="softmax", name="classes")(x), name="images")
    model.compile(
        keras.optimizers.SGD(
            keras.optimizers.schedules.PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001]), momentum=0.9,
            nesterov=True, global_clipnorm=1.0),
        "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def vectors():
    a, b = keras.Input((6,), name="a"), keras.Input((4,), name="b")
    shared = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5, activation="elu"), layers.ELU(0.5), layers.Dense(4)], name="shared")
    inner_input = keras.Input((6,))
    inner = keras.Model(
        inner_input,
        layers.LayerNormalization()(
            layers.Dense(4, activation="gelu", kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_avg"))(
                inner_input)),
        name="inner")
    left, right = inner(a), shared(b)
    total = layers.Add()([left, right])
    again = shared(total)
    x = layers.Concatenate(axis=1)(
        [
            layers.Multiply()([left, again]), layers.Subtract()([right, again]),
            layers.Average()([left, right, again]), layers.Maximum()([left, again]),
            layers.Minimum()([right, again]),
        ])
    for layer in [
        layers.Dropout(0.5, seed=3), layers.AlphaDropout(0.1), layers.GaussianDropout(0.2), layers.GaussianNoise(0.3),
        layers.Activation("hard_sigmoid"), layers.Reshape((5, 4)), layers.Softmax(axis=1), layers.Flatten(),
    ]:
        x = layer(x)
    first = layers.Dense(2, activation="log_softmax", name="first")(x)
    second = layers.Dense(1, use_bias=False, name="second")(again)
    model = keras.Model([a, b], [first, second], name="vectors")
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, 1000, 0.1, warmup_target=2e-3, warmup_steps=10)),
        [keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), "mse"],
        loss_weights=[1.0, 0.5], metrics=[["categorical_accuracy"], [keras.metrics.MeanAbsoluteError(), "mape"]])
    return model


def sequential():
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(
                8, activation="selu", kernel_initializer="lecun_normal",
                bias_initializer=keras.initializers.Constant(0.5),
                kernel_regularizer=keras.regularizers.L1L2(1e-4, 1e-3), bias_constraint="non_neg"),
            layers.BatchNormalization(scale=False, gamma_initializer="ones"),
            layers.Dense(
                8, activation="relu6", kernel_initializer=keras.initializers.Orthogonal(2.0),
                kernel_constraint=keras.constraints.MinMaxNorm(0.1, 2.0, 0.9),
                kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.1, "columns")),
            layers.Dense(1, activation="sigmoid", kernel_initializer=keras.initializers.RandomUniform(-1, 1)),
        ], name="net")
    model.compile(
        keras.optimizers.RMSprop(1e-3, rho=0.8, momentum=0.1, centered=True, clipvalue=0.5, use_ema=True),
        keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, gamma=1.5),
        metrics=["binary_accuracy", keras.metrics.AUC(curve="PR"), keras.metrics.Precision(thresholds=0.4)],
        weighted_metrics=["mae"])
    return model


def without_ids(value):
    """Keras writes the address of shared objects, which changes from run to run."""
    if isinstance(value, dict):
        return {k: without_ids(v) for k, v in value.items() if k != "shared_object_id"}
    return [without_ids(v) for v in value] if isinstance(value, (list, tuple)) else value


def case(build):
    keras.backend.clear_session()
    model = build()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.weights.h5")
        model.save_weights(path)
        with h5py.File(path, "r+") as file:
            groups = {}
            file.visititems(
                lambda name, item: groups.setdefault(item.parent.name.strip("/"), []).append(name)
                if isinstance(item, h5py.Dataset) else None)
            names = [n for g in sorted(groups) if not g.startswith("optimizer") for n in sorted(groups[g], key=lambda n: int(n.split("/")[-1]))]
            weights = []
            for n, name in enumerate(names):
                dataset = file[name]
                value = values(dataset.shape, n)
                # The last of a Batch Normalization's variables.
                last = len(groups[dataset.parent.name.strip("/")]) - 1
                if "batch_normalization" in name and name.endswith(f"/{last}"):
                    value = 0.5 + np.abs(value)
                dataset[...] = value
                weights.append({"path": name, "shape": list(dataset.shape)})
        model.load_weights(path)
    inputs = [values((BATCH, *x.shape[1:]), 99 + place) for place, x in enumerate(model.inputs)]
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return {
        "name": model.name, "config": without_ids(json.loads(json.dumps(keras.saving.serialize_keras_object(model)))),
        "parameters": model.count_params(), "layers": [layer.name for layer in model.layers], "weights": weights,
        "outputs": [tensor(np.asarray(y)) for y in outputs],
    }


def make(folder):
    use("float64")
    keras.utils.set_random_seed(1)
    write(folder, "saving.json", {"header": header(__doc__.split("\n")[0])}, [case(build) for build in (images, vectors, sequential)])
