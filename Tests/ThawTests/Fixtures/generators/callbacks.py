"""callbacks.json: what Keras's callbacks do along recorded courses of a metric.

Each callback is attached to a stand-in for a model whose only weight is the number of the epoch, so that what it puts back tells
which epoch was best. `epochs` is how many were run, `rates` the learning rates that the logs of each epoch hold, and `saved`
tells for each epoch whether a checkpoint was written, and under which name.
"""

import os
import tempfile

from .common import header, keras, number, write

NOISY = [0.9, 0.7, 0.8, 0.65, 0.66, 0.64, 0.7, 0.71, 0.5, 0.6, 0.61, 0.62, 0.4]
STEADY = [1.0, 0.9, 0.81, 0.8, 0.795, 0.79, 0.79, 0.79, 0.78, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
RISING = [0.1, 0.3, 0.2, 0.35, 0.34, 0.36, 0.36, 0.2, 0.2, 0.2]

EARLY = [
    (NOISY, dict(patience=0)),
    (NOISY, dict(patience=2)),
    (NOISY, dict(patience=3, restore_best_weights=True)),
    (NOISY, dict(patience=2, min_delta=0.1)),
    (NOISY, dict(patience=2, min_delta=-0.1, restore_best_weights=True)),
    (STEADY, dict(patience=3, baseline=0.8)),
    (STEADY, dict(patience=4, baseline=0.7, restore_best_weights=True)),
    (STEADY, dict(patience=2, baseline=0.1)),
    (STEADY, dict(patience=1, start_from_epoch=5, restore_best_weights=True)),
    (STEADY, dict(patience=20, restore_best_weights=True)),
    (RISING, dict(patience=2, mode="max", restore_best_weights=True)),
    (RISING, dict(patience=1, mode="max", min_delta=0.05)),
    (RISING, dict(patience=3, mode="min", restore_best_weights=True)),
    (RISING, dict(patience=0, mode="max", start_from_epoch=6)),
]
PLATEAU = [
    (STEADY, dict(factor=0.5, patience=2)),
    (STEADY, dict(factor=0.5, patience=1, cooldown=2)),
    (STEADY, dict(factor=0.1, patience=1, min_delta=0.05, min_lr=0.003)),
    (STEADY, dict(factor=0.5, patience=3, min_delta=0.0, cooldown=1)),
    (NOISY, dict(factor=0.2, patience=1, cooldown=1, min_delta=0.01)),
    (RISING, dict(factor=0.5, patience=1, mode="max", min_lr=0.02)),
]
CHECKPOINTS = [
    (NOISY, "w.weights.h5", dict()),
    (NOISY, "w.{epoch:02d}-{score:.2f}.weights.h5", dict(save_best_only=True)),
    (NOISY, "w.{epoch:d}-{score:.3e}.weights.h5", dict(save_best_only=True, initial_value_threshold=0.65)),
    (RISING, "w.{epoch}-{score:08.4f}.weights.h5", dict(save_best_only=True, mode="max")),
    (RISING, "{{w}}.{epoch:4d}-{score:.1%}-{score:g}.weights.h5", dict(save_best_only=True, mode="min")),
]


class Optimizer:
    learning_rate = 0.1


class Model:
    def __init__(self):
        self.stop_training = False
        self.optimizer = Optimizer()
        self.weights = -1
        self.saved = None
        self.metrics = []

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights

    def save_weights(self, path, overwrite):
        self.saved = os.path.basename(path)


def run(callback, values):
    """Runs the epochs; gives the model, the logs and the names that were saved."""
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    seen, saved, logs = [], [], {}
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        logs = {"score": value}
        model.weights, model.saved = epoch, None
        callback.on_epoch_end(epoch, logs)
        seen.append(logs)
        saved.append(model.saved)
        if model.stop_training:
            break
    callback.on_train_end(logs)
    return model, seen, saved


def early_stopping():
    for values, arguments in EARLY:
        callback = keras.callbacks.EarlyStopping(monitor="score", **{"mode": "min", **arguments})
        model, seen, _ = run(callback, values)
        best = None if callback.best is None else number(float(callback.best))
        result = {"epochs": len(seen), "stopped": model.stop_training, "best": best, "weights": model.weights}
        yield {"callback": "EarlyStopping", "values": values, "arguments": arguments, **result}


def plateau():
    for values, arguments in PLATEAU:
        callback = keras.callbacks.ReduceLROnPlateau(monitor="score", **{"mode": "min", **arguments})
        model, seen, _ = run(callback, values)
        rates = [number(float(logs["learning_rate"])) for logs in seen]
        yield {"callback": "ReduceLROnPlateau", "values": values, "arguments": arguments, "epochs": len(seen),
               "rates": rates, "last": number(float(model.optimizer.learning_rate))}


def scheduler():
    for name, function in (("halving", lambda epoch, rate: rate / 2), ("epoch", lambda epoch: 0.01 * 0.1 ** (epoch / 20))):
        model, seen, _ = run(keras.callbacks.LearningRateScheduler(function), STEADY)
        rates = [number(float(logs["learning_rate"])) for logs in seen]
        yield {"callback": "LearningRateScheduler", "function": name, "values": STEADY, "arguments": {},
               "epochs": len(seen), "rates": rates}


def checkpoint():
    for values, path, arguments in CHECKPOINTS:
        with tempfile.TemporaryDirectory() as folder:
            callback = keras.callbacks.ModelCheckpoint(
                os.path.join(folder, path), monitor="score", save_weights_only=True, **{"mode": "min", **arguments})
            _, seen, saved = run(callback, values)
        yield {"callback": "ModelCheckpoint", "path": path, "values": values, "arguments": arguments,
               "epochs": len(seen), "saved": saved}


def logger():
    """The text of two runs into one file, with Python's line ends made plain."""
    for separator, append in ((",", False), (";", True), ("\t", True)):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.csv")
            texts = []
            for rows in ([(0.5, 0.25, 1.0), (1e-5, 0.125, 123456.75)], [(2.0, 0.1, 3e20)]):
                callback = keras.callbacks.CSVLogger(path, separator=separator, append=append)
                callback.set_model(Model())
                callback.on_train_begin()
                for epoch, (loss, accuracy, other) in enumerate(rows):
                    callback.on_epoch_end(epoch, {"loss": loss, "accuracy": accuracy, "val_loss": other})
                callback.on_train_end()
                with open(path, newline="") as file:
                    texts.append(file.read().replace("\r\n", "\n"))
        yield {"callback": "CSVLogger", "separator": separator, "append": append, "values": [], "arguments": {},
               "epochs": 0, "texts": texts}


def make(folder):
    cases = [case for part in (early_stopping, plateau, scheduler, checkpoint, logger) for case in part()]
    write(folder, "callbacks.json", {"header": header(__doc__.split("\n")[0])}, cases)
