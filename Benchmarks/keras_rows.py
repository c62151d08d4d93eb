"""Rows of `thaw book` in Keras, for those whose reported numbers lie outside of our bands.

    BENCH_VENV/bin/python Benchmarks/keras_rows.py 10 14 16 --seeds 3

Row 10 is run with ten new output units for one model A: the result depends on their first weights. Rows 14 and 16 are
run as the book's notebook does, from several seeds.
"""

import argparse
import gzip
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402

SGD = keras.optimizers.SGD
Dense = keras.layers.Dense


def load(folder):
    def read(name, offset):
        with gzip.open(os.path.join(folder, name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) / 255.0
    return x.astype("float32"), read("train-labels-idx1-ubyte.gz", 8).astype("int32")


def show(row, seed, history):
    print(f"row {row} seed {seed}:", {name: round(values[-1], 4) for name, values in history.items()}, flush=True)


def row_10(x, y, seeds):
    is_b = (y == 5) | (y == 6)

    def a(part):
        labels = y[part][~is_b[part]]
        return x[part][~is_b[part]], np.where(labels > 6, labels - 2, labels)

    def b(part):
        return x[part][is_b[part]], (y[part][is_b[part]] == 6).astype("float32")

    train, validation = slice(5000, None), slice(0, 5000)
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Flatten()] + [Dense(n, activation="selu") for n in (300, 100, 50, 50, 50)]
    source = keras.Sequential([keras.Input((28, 28))] + layers + [Dense(8, activation="softmax")])
    source.compile(loss="sparse_categorical_crossentropy", optimizer=SGD(1e-3), metrics=["accuracy"])
    source.fit(*a(train), epochs=20, verbose=0)
    xb, yb = b(train)
    for seed in range(1, 11):
        keras.utils.set_random_seed(seed)
        copy = keras.models.clone_model(source)
        copy.set_weights(source.get_weights())
        model = keras.Sequential([keras.Input((28, 28))] + copy.layers[:-1])
        for layer in model.layers:
            layer.trainable = False
        model.add(Dense(1, activation="sigmoid"))
        model.compile(loss="binary_crossentropy", optimizer=SGD(1e-3), metrics=["accuracy"])
        show(10, seed, model.fit(xb[:200], yb[:200], epochs=4, validation_data=b(validation), verbose=0).history)


def net_s(optimizer):
    selu = dict(activation="selu", kernel_initializer="lecun_normal")
    model = keras.Sequential(
        [keras.Input((28, 28)), keras.layers.Flatten(), Dense(300, **selu), Dense(100, **selu), Dense(10, "softmax")]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def standardized(x):
    mean, deviation = x[5000:].mean(axis=0), x[5000:].std(axis=0)
    return (x - mean) / deviation


def row_14(x, y, seeds):
    x = standardized(x)
    steps = 20 * 55000 // 32
    for seed in range(1, seeds + 1):
        keras.utils.set_random_seed(seed)
        # The schedule gives each batch the rate that the callback would.
        rate = keras.optimizers.schedules.ExponentialDecay(0.01, steps, 0.1)
        model = net_s(keras.optimizers.Nadam(rate))
        show(14, seed, model.fit(x[5000:], y[5000:], epochs=25, validation_data=(x[:5000], y[:5000]), verbose=0).history)


def row_16(x, y, seeds):
    x = standardized(x)
    for seed in range(1, seeds + 1):
        keras.utils.set_random_seed(seed)
        model = net_s(SGD(0.02, momentum=0.9))
        plateau = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=5)
        show(16, seed, model.fit(
            x[5000:], y[5000:], epochs=25, validation_data=(x[:5000], y[:5000]), callbacks=[plateau], verbose=0
        ).history)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    rows = {10: row_10, 14: row_14, 16: row_16}
    parser.add_argument("rows", nargs="+", type=int, choices=rows)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    arguments = parser.parse_args()
    x, y = load(arguments.data)
    for row in arguments.rows:
        rows[row](x, y, arguments.seeds)


if __name__ == "__main__":
    main()
