"""Makes applications.json: the layers of the networks of keras.applications, without weights.

    pip install keras==3.15.1 jax==0.10.2
    python make_applications.py

"networks" has whole networks: arguments, the model's name, and for each layer the name, the class, the number of parameters and the
output shape without the batch. "variants" has others, with the number of layers and parameters, and the last layers. Names are those
of a fresh session.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = {"InceptionV3": 299, "Xception": 299, "EfficientNetB1": 240, "EfficientNetB2": 260, "EfficientNetB3": 300}


def network(name, size=None, **arguments):
    keras.utils.clear_session()
    size = size or [SIZES.get(name, 224)] * 2
    make = getattr(keras.applications, name)
    return make(weights=None, input_shape=(*size, 3), **arguments), size


def shape(layer):
    value = layer.output.shape if layer.output is not None else layer.batch_shape
    return list(value[1:])


def row(layer):
    return [layer.name, type(layer).__name__, layer.count_params(), shape(layer)]


def described(name, size=None, **arguments):
    model, size = network(name, size, **arguments)
    return model, {"network": name, "size": size, **arguments, "name": model.name, "parameters": model.count_params()}


def whole(name, size=None, **arguments):
    model, result = described(name, size, **arguments)
    return {**result, "layers": [row(layer) for layer in model.layers]}


def variant(name, size=None, **arguments):
    model, result = described(name, size, **arguments)
    return {**result, "count": len(model.layers), "last": [row(layer) for layer in model.layers[-6:]]}


NAMES = [
    "ResNet50", "ResNet101", "ResNet152", "MobileNet", "MobileNetV2", "VGG16", "VGG19", "DenseNet121", "InceptionV3", "Xception",
    "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3",
]


def variants():
    for name in NAMES:
        yield variant(name, include_top=False, pooling="avg")
        yield variant(name, size=[80, 96], include_top=False, pooling="max")
        yield variant(name, size=[96, 96], classes=7)
    for alpha in (0.25, 0.5, 0.75, 1.0, 0.37):
        yield variant("MobileNet", alpha=alpha, size=[64, 64])
        yield variant("MobileNet", alpha=alpha, include_top=False)
    yield variant("MobileNet", alpha=0.5, size=[33, 47], depth_multiplier=2, include_top=False)
    for alpha in (0.35, 0.5, 0.75, 1.0, 1.3, 1.4, 0.6):
        yield variant("MobileNetV2", alpha=alpha, size=[75, 64])
        yield variant("MobileNetV2", alpha=alpha, include_top=False)


def main():
    result = {"keras": keras.__version__, "networks": [whole(name) for name in NAMES], "variants": list(variants())}
    with open(os.path.join(HERE, "applications.json"), "w", encoding="utf-8") as file:
        file.write('{\n"keras": "%s",\n' % result["keras"])
        for place, key in enumerate(("networks", "variants")):
            lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in result[key])
            file.write('"%s": [\n%s\n]%s\n' % (key, lines, "" if place else ","))
        file.write("}\n")


if __name__ == "__main__":
    main()
