"""loading.json: whole models that are unusual in one way each: outputs without a loss, a metric with and without sample weights,
slashes in names, dictionaries of inputs and outputs, open sizes, other element types, a class of one's own, and archives of Keras 2.

Each case holds the file (gzip, base64) after some steps, what the model predicts from `inputs`, what `evaluate` says with the
targets and sample weights, and what further steps by the library that wrote it give. Fields that a case has no use for are null.
"""

import base64
import gzip
import os
import tempfile

import tf_keras

from .common import header, keras, normal, np, tensor, use, write

SAMPLES, STEPS_BEFORE, STEPS_AFTER = 6, 3, 4


@keras.saving.register_keras_serializable(package="Own")
class Doubled(keras.Model):
    """A model that computes in code of its own."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        return 2 * self.dense(x)


def three(library):
    x = library.layers.Input((3,), name="x")
    hidden = library.layers.Dense(4, activation="tanh", name="hidden")(x)
    return library.Model(x, [library.layers.Dense(1, name=name)(hidden) for name in "abc"], name="three")


def losses_in_a_list(library):
    model = three(library)
    model.compile(
        library.optimizers.SGD(0.05, momentum=0.9), loss=["mse", None, "mae"], loss_weights=[1.0, 1.0, 0.5],
        metrics=[[], ["mae"], ["mse"]])
    return model


def losses_by_name(library):
    model = three(library)
    model.compile(
        library.optimizers.Adam(0.02), loss={"a": "mse", "b": None, "c": "mae"}, metrics={"b": ["mae"], "c": ["mse"]})
    return model


def losses_of_some(library):
    model = three(library)
    model.compile(library.optimizers.Adam(0.02), loss={"c": "mse"}, metrics={"b": ["mae"]})
    return model


def weighted(library):
    model = library.Sequential([library.layers.Input((3,)), library.layers.Dense(2, name="answer")], name="weighted")
    model.compile(library.optimizers.SGD(0.05), "mse", metrics=["mae", "mse"], weighted_metrics=["mae"])
    return model


def slashes(library):
    layers = library.layers
    image = layers.Input((4, 4, 2), name="image")
    x = layers.Conv2D(3, 2, strides=2, use_bias=False, name="conv1/conv")(image)
    x = layers.BatchNormalization(epsilon=0.01, momentum=0.7, name="conv1/bn")(x)
    # A shift before a normalization has no gradient but rounding, of which Adam makes whole steps.
    block = library.Sequential(
        [
            layers.Input((2, 2, 3)), layers.Conv2D(3, 1, activation="tanh", name="a/conv"),
            layers.BatchNormalization(epsilon=0.02, name="a/bn"),
            layers.Conv2D(3, 1, activation="tanh", name="b/conv"),
            layers.BatchNormalization(epsilon=0.03, name="b/bn"),
        ], name="block/one")
    x = layers.Flatten(name="flat")(block(x))
    model = library.Model(image, layers.Dense(2, name="top")(x), name="slashes")
    model.compile(library.optimizers.Adam(0.02), "mse")
    return model


def dictionaries(library):
    layers = library.layers
    z, a = layers.Input((3,), name="z"), layers.Input((2,), name="a")
    u, v = layers.Input((3,), name="u"), layers.Input((2,), name="v")
    both = layers.Concatenate(name="both")([u, v])
    inner = library.Model({"u": u, "v": v}, {"t": layers.Dense(2, name="deep")(both), "s": layers.Dense(1, name="flat")(u)},
                          name="inner")
    found = inner({"v": a, "u": z})
    outputs = {"q": layers.Dense(1, name="first")(found["t"]), "p": layers.Dense(2, name="second")(found["s"])}
    model = library.Model({"z": z, "a": a}, outputs, name="dictionaries")
    model.compile(
        library.optimizers.SGD(0.05, momentum=0.5), loss={"q": "mse", "p": "mae"}, loss_weights={"q": 2.0, "p": 0.5},
        metrics={"p": ["mse"]})
    return model


def scores(library):
    metrics = library.metrics
    model = library.Sequential(
        [library.layers.Input((3,)), library.layers.Dense(3, activation="softmax", name="classes")], name="scores")
    model.compile(
        library.optimizers.SGD(0.05), "categorical_crossentropy",
        metrics=[
            metrics.F1Score(average="macro"), metrics.FBetaScore(average="weighted", beta=2.0, threshold=0.4),
            metrics.R2Score(class_aggregation="variance_weighted_average"),
        ])
    return model


def rows(optimizer):
    def build(library):
        layers = library.layers
        model = library.Sequential(
            [layers.Input((3,), name="rows"), layers.Dense(4, activation="tanh", name="hidden"), layers.Dense(2, name="answer")],
            name="rows")
        # As in legacy.py: traced into a graph, Nadam of Keras 2 is another one.
        model.compile(optimizer(library.optimizers), "mse", metrics=["mae"], run_eagerly=True)
        return model

    return build


def typed(policy):
    def build(library):
        keras.config.set_dtype_policy(policy)
        layers = library.layers
        return library.Sequential(
            [layers.Input((3,)), layers.Dense(4, activation="relu", name="hidden"), layers.Dense(2, name="answer", dtype="float32")],
            name="typed")

    return build


def scaled(library):
    layers = library.layers
    model = library.Sequential(
        [layers.Input((3,), name="rows"), layers.Dense(4, activation="tanh", name="hidden"), layers.Dense(2, name="answer")],
        name="scaled")
    of_keras_2 = library is tf_keras
    scaling = (tf_keras.mixed_precision if of_keras_2 else keras.optimizers).LossScaleOptimizer
    model.compile(scaling(library.optimizers.Adam(0.02)), "mse", run_eagerly=of_keras_2)
    return model


def activation_layers(library):
    layers = library.layers
    hard_sigmoid = library.Sequential([layers.Rescaling(0.2, 0.5), layers.ReLU(max_value=1.0)])
    model = library.Sequential(
        [
            layers.Input((3,)), layers.Dense(6, activation=layers.LeakyReLU(negative_slope=0.1), name="leaky"),
            layers.Dense(6, activation=layers.ELU(alpha=0.7), name="elu"),
            layers.Activation(layers.ReLU(max_value=6.0), name="relu"),
            layers.Dense(5, activation=hard_sigmoid, name="hard"), layers.Dense(2, activation=layers.Softmax(), name="answer"),
        ], name="activation_layers")
    model.compile(library.optimizers.SGD(0.05), "mse")
    return model


def open_sizes(library):
    layers = library.layers
    model = library.Sequential(
        [
            layers.Input((None, None, 2)), layers.Conv2D(3, 2, activation="relu", name="conv"),
            layers.GlobalAveragePooling2D(name="mean"), layers.Dense(2, name="answer"),
        ], name="open_sizes")
    model.compile(library.optimizers.SGD(0.05), "mse")
    return model


def open_inside(library):
    layers = library.layers
    any_size = layers.Input((None, None, 2), name="any_size")
    inner = library.Model(any_size, layers.Conv2D(3, 2, activation="relu", name="conv")(any_size), name="inner")
    image = layers.Input((4, 5, 2), name="image")
    x = layers.GlobalAveragePooling2D(name="mean")(inner(image))
    return library.Model(image, layers.Dense(2, name="answer")(x), name="open_inside")


def subclassed(library):
    model = Doubled(name="doubled")
    model(np.zeros((1, 3)))
    return model


def classes(generator, count):
    return np.eye(count)[generator.integers(0, count, SAMPLES)]


def encoded(model, ending, save):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model" + ending)
        save(path)
        with open(path, "rb") as file:
            return base64.b64encode(gzip.compress(file.read(), 9, mtime=0)).decode()


def listed(values, model):
    """Dictionaries in the order of their keys."""
    if isinstance(values, dict):
        return [values[key] for key in sorted(values)]
    return list(values) if isinstance(values, (list, tuple)) else [values]


def make_case(number, name, library, build, ending, shapes, outputs, fits=True, is_weighted=False, floatx="float64"):
    keras.backend.clear_session()
    use(floatx)
    tf_keras.backend.set_floatx(floatx)
    generator = np.random.default_rng(9100 + number)
    model = build(library)
    model.set_weights(
        [
            (np.abs(w) + 0.5 if "variance" in v.name else w).astype(v.numpy().dtype)
            for v, w in ((v, normal(generator, tuple(v.shape), scale=0.5)) for v in model.weights)
        ])
    x = {key: normal(generator, (SAMPLES, *shape)) for key, shape in sorted(shapes.items())}
    y = {
        key: classes(generator, 3) if shape == "classes" else normal(generator, (SAMPLES, *shape))
        for key, shape in sorted(outputs.items())
    }
    is_dictionary = build is dictionaries
    inputs = x if is_dictionary else next(iter(x.values()))
    targets = y if is_dictionary or build in (losses_by_name, losses_of_some) else list(y.values())
    targets = targets[0] if len(y) == 1 and not is_dictionary else targets
    weights = np.arange(1.0, SAMPLES + 1) / 4 if is_weighted else None
    train = lambda: model.train_on_batch(inputs, targets, sample_weight=weights)  # noqa: E731
    case = {"name": name, "ending": ending, "layers": [layer.name for layer in model.layers]}
    for _ in range(STEPS_BEFORE if fits else 0):
        train()
    case["file"] = encoded(model, ending, model.save)
    case["weights"] = encoded(model, ".h5", model.save_weights) if build is slashes else None
    case["inputs"] = [tensor(value) for value in x.values()]
    case["targets"] = [tensor(value) for value in y.values()] if fits else None
    case["sampleWeights"] = tensor(weights)
    predict = lambda: [tensor(value) for value in listed(model.predict(inputs, verbose=0), model)]  # noqa: E731
    case["predictions"] = None if "float16" in name else predict()
    case["logs"] = None
    case["predictionsAfter"] = None
    if fits:
        logs = model.evaluate(inputs, targets, sample_weight=weights, batch_size=SAMPLES, verbose=0, return_dict=True)
        case["logs"] = {key: float(value) for key, value in logs.items()}
        for _ in range(STEPS_AFTER):
            train()
        case["predictionsAfter"] = predict()
    case["steps"] = STEPS_AFTER if fits else 0
    return case


def make(folder):
    row, answer = {"x": (3,)}, {"y": (2,)}
    letters = {"a": (1,), "b": (1,), "c": (1,)}
    image, pair = {"image": (4, 4, 2)}, ({"z": (3,), "a": (2,)}, {"q": (1,), "p": (2,)})
    cases = [
        ("Keras 3, losses in a list", keras, losses_in_a_list, ".keras", row, letters),
        ("Keras 3, losses by name", keras, losses_by_name, ".keras", row, letters),
        ("Keras 2, losses of some", tf_keras, losses_of_some, ".h5", row, letters),
        ("Keras 3, weighted", keras, weighted, ".keras", row, answer, True, True),
        ("Keras 2, weighted", tf_keras, weighted, ".h5", row, answer, True, True),
        # The moving variance is the unbiased one where TensorFlow's fused kernel runs, which has no float64.
        ("Keras 2, slashes", tf_keras, slashes, ".h5", image, answer, True, False, "float32"),
        ("Keras 2, slashes in an archive", tf_keras, slashes, ".keras", image, answer, True, False, "float32"),
        ("Keras 3, dictionaries", keras, dictionaries, ".keras", *pair),
        ("Keras 2, dictionaries", tf_keras, dictionaries, ".h5", *pair),
        ("Keras 3, scores", keras, scores, ".keras", row, {"y": "classes"}),
        ("Keras 3, open sizes", keras, open_sizes, ".keras", {"image": (4, 5, 2)}, answer),
        ("Keras 3, open sizes inside", keras, open_inside, ".keras", {"image": (4, 5, 2)}, answer, False),
        ("Keras 3, subclassed", keras, subclassed, ".keras", row, answer, False),
    ]
    optimizers = {
        "adam by name": lambda module: "adam",
        "sgd by name": lambda module: "sgd",
        "SGD": lambda module: module.SGD(0.02),
        "SGD with momentum": lambda module: module.SGD(0.02, momentum=0.9, nesterov=True),
        "Adam": lambda module: module.Adam(0.02),
        "Adam with a schedule": lambda module: module.Adam(module.schedules.ExponentialDecay(0.02, 4, 0.5)),
        "AdamW": lambda module: module.AdamW(0.02, weight_decay=0.1),
        "averages": lambda module: module.Adam(0.02, use_ema=True, ema_momentum=0.9),
        "Adamax": lambda module: module.Adamax(0.02),
        "Nadam": lambda module: module.Nadam(0.02),
        "RMSprop": lambda module: module.RMSprop(0.02),
        "RMSprop, centered": lambda module: module.RMSprop(0.02, momentum=0.5, centered=True),
        "Adagrad": lambda module: module.Adagrad(0.02),
        "Adadelta": lambda module: module.Adadelta(1.0),
    }
    for name, optimizer in optimizers.items():
        cases.append((f"Archive of Keras 2, {name}", tf_keras, rows(optimizer), ".keras", row, answer))
    for policy in ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16"):
        cases.append((f"Keras 3, {policy}", keras, typed(policy), ".keras", row, answer, False, False, "float32"))
    cases += [
        ("Keras 3, scaled loss", keras, scaled, ".keras", row, answer),
        ("Keras 3, scaled loss in HDF5", keras, scaled, ".h5", row, answer),
        ("Keras 2, scaled loss", tf_keras, scaled, ".h5", row, answer),
        ("Archive of Keras 2, scaled loss", tf_keras, scaled, ".keras", row, answer),
        ("Keras 3, layers as activations", keras, activation_layers, ".keras", row, answer),
    ]
    write(
        folder,
        "loading.json",
        {"header": header(__doc__.split("\n")[0]) | {"tf_keras": tf_keras.__version__}},
        [make_case(number, *case) for number, case in enumerate(cases)],
    )
    use("float64")
    tf_keras.backend.set_floatx("float32")
