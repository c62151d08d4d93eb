#!/usr/bin/env python3
"""Runs the cases on Keras 3, on the backend that KERAS_BACKEND names.

To freeze is `layer.trainable = False`. Where a case says compile, the model is compiled, again if need be; where it does not,
it is not.
"""

import os
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.filterwarnings("ignore")

import keras  # noqa: E402
import numpy  # noqa: E402
import suite  # noqa: E402

BACKEND = keras.backend.backend()


class KerasLibrary(suite.Library):
    name = f"Keras 3 ({ {'tensorflow': 'TensorFlow', 'jax': 'JAX', 'torch': 'PyTorch'}[BACKEND] })"
    versions = {"keras": keras.__version__, BACKEND: __import__(BACKEND).__version__}
    idioms = {
        "freeze": "`layer.trainable = False`",
        "unfreeze": "`layer.trainable = True`, then `False` for each `BatchNormalization` that is to stay frozen",
        "compile, optimizer kept": "`model.compile(optimizer=model.optimizer, ...)`",
        "train": "`model.fit(x, y, batch_size=len(x), shuffle=False)`",
        "predict in training mode": "`model(x, training=True)`",
        "pinned mode": "`backbone(x, training=False)` in a functional model",
        "save, load": "`model.save(\"model.keras\")`, `keras.models.load_model`",
    }

    def build(self, net, weights, training):
        keras.backend.clear_session()
        if training.get("clearsGradients"):
            raise suite.NotApplicable("fit computes gradients anew in each step; there are none to clear")
        self.training = training
        image = keras.Input(net["inputShape"])
        self.model = keras.Model(image, self.connect(net["layers"], image))
        for path, variable in self.variables().items():
            variable.assign(weights[path].astype("float32"))

    def connect(self, layers, value):
        for description in layers:
            layer = self.layer(description)
            mode = description.get("mode")
            value = layer(value, training=mode == "training") if mode else layer(value)
        return value

    def layer(self, description):
        kind, name = description["type"], description["name"]
        if kind == "container":
            return keras.Sequential([self.layer(inner) for inner in description["layers"]], name=name)
        if kind == "convolution":
            return keras.layers.Conv2D(
                description["units"], 1, use_bias=description.get("bias", True), name=name)
        if kind == "dense":
            return keras.layers.Dense(description["units"], use_bias=description.get("bias", True), name=name)
        if kind == "normalization":
            return keras.layers.BatchNormalization(
                momentum=description["momentum"], epsilon=description["epsilon"], name=name)
        if kind == "dropout":
            return keras.layers.Dropout(description["rate"], seed=1, name=name)
        return {"relu": keras.layers.ReLU, "globalAveragePooling": keras.layers.GlobalAveragePooling2D}[kind](name=name)

    def leaves(self, layer=None, path=""):
        """All layers without layers inside, by path."""
        layer = layer or self.model
        if not isinstance(layer, keras.Model):
            return {path: layer}
        result = {}
        for inner in layer.layers:
            result.update(self.leaves(inner, f"{path}/{inner.name}".lstrip("/")))
        return result

    def variables(self):
        # A dropout layer's state of random numbers is neither weight nor statistic.
        return {f"{path}/{variable.name}": variable for path, layer in self.leaves().items()
                for variable in layer.weights}

    def find(self, path):
        layer = self.model
        for name in path.split("/"):
            layer = layer.get_layer(name)
        return layer

    def optimizer(self):
        settings = self.training["optimizer"]
        rate = settings["learningRate"]
        if settings["type"] == "sgd":
            return keras.optimizers.SGD(rate, momentum=float(settings.get("momentum", 0)))
        if settings["type"] == "adam":
            return keras.optimizers.Adam(rate, epsilon=settings["epsilon"])
        return keras.optimizers.AdamW(rate, epsilon=settings["epsilon"], weight_decay=settings["weightDecay"])

    def compile(self, keeps_optimizer):
        self.model.compile(self.model.optimizer if keeps_optimizer else self.optimizer(), "mean_squared_error")

    def freeze(self, layer):
        self.find(layer).trainable = False

    def unfreeze(self, layer, keeps_normalization_frozen):
        layer = self.find(layer)
        layer.trainable = True
        if keeps_normalization_frozen:
            for leaf in self.leaves(layer).values():
                if isinstance(leaf, keras.layers.BatchNormalization):
                    leaf.trainable = False

    def train(self, x, y, steps):
        # One epoch is one step, since the batch is all the data.
        history = self.model.fit(
            x.astype("float32"), y.astype("float32"), batch_size=len(x), epochs=steps, shuffle=False, verbose=0)
        return history.history["loss"][-1]

    def predict(self, x, in_training_mode):
        x = x.astype("float32")
        if not in_training_mode:
            return self.model.predict(x, batch_size=len(x), verbose=0)
        return keras.ops.convert_to_numpy(self.model(x, training=True))

    def evaluate(self, x, y):
        return self.model.evaluate(x.astype("float32"), y.astype("float32"), batch_size=len(x), verbose=0)

    def save(self, folder):
        self.model.save(folder / "model.keras")

    def load(self, folder):
        self.model = keras.models.load_model(folder / "model.keras")

    def parameters(self):
        return {path: numpy.array(keras.ops.convert_to_numpy(variable)) for path, variable in self.variables().items()}

    def trainable(self):
        chosen = {id(variable) for variable in self.model.trainable_variables}
        return [path for path, variable in self.variables().items() if id(variable) in chosen]


if __name__ == "__main__":
    suite.main(KerasLibrary, KerasLibrary)
