"""Keras's and PyTorch's side of ApplicationInteropTests.

    applications_interop.py has MODULE                                 fails unless the module is there
    applications_interop.py make CASE.json WEIGHTS OUT.json            a network with random weights: its file, and what it computes
    applications_interop.py load MODEL.keras INPUTS.npy OUT.json       what a model that Thaw saved computes
    applications_interop.py photo PHOTO.jpg WEIGHTS PIXELS.npy OUT.json   MobileNet 0.25's features of a photograph, and its pixels

CASE has "network" and "arguments" of keras.applications, or "depth" for PyTorch's residual networks for CIFAR-10. Weights are random
and normalizations nearly fit what they see, so that all layers matter in the output.
"""

import importlib.util
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402

SAMPLES = 3


def values(shape, n):
    k = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((7919 * k + 13 * n) % 1000) / 1000 - 0.5).reshape(shape).astype("float32")


def listed(array):
    array = np.asarray(array, "float32")
    return {"shape": list(array.shape), "values": [float(v) for v in array.reshape(-1)]}


def randomize(model, images, rng):
    """Statistics that nearly fit, scales and shifts of all kinds."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.set_weights([np.array([0.4, 0.5, 0.45]), np.array([0.06, 0.05, 0.07]), np.array(9)])
            # Setting weights alone leaves what the layer computes with as it was.
            layer.finalize_state()
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(images, training=True)
    for layer, momentum in zip(norms, momenta):
        layer.momentum = momentum
        count = int(layer.moving_mean.shape[0])
        variance = np.asarray(layer.moving_variance)
        layer.moving_mean.assign(np.asarray(layer.moving_mean) + 0.1 * np.sqrt(variance) * rng.normal(size=count))
        layer.moving_variance.assign(variance * rng.uniform(0.7, 1.3, count) + 0.1)
        if layer.scale:
            layer.gamma.assign(rng.uniform(0.7, 1.3, count))
        layer.beta.assign(0.2 * rng.normal(size=count))
    for layer in model.layers:
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign(0.1 * rng.normal(size=layer.bias.shape))


def keras_network(case, path):
    import keras

    keras.utils.set_random_seed(5)
    model = getattr(keras.applications, case["network"])(weights=None, **case["arguments"])
    shape = model.input.shape[1:]
    scale = (lambda x: 255 * (x + 0.5)) if case["network"].startswith("EfficientNet") else (lambda x: x)
    randomize(model, scale(values((8, *shape), 7)), np.random.default_rng(3))
    if path.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)
    return {
        "parameters": model.count_params(),
        "layers": [[layer.name, layer.count_params()] for layer in model.layers],
        "outputs": listed(model.predict(scale(values((SAMPLES, *shape), 99)), verbose=0)),
    }


def torch_network(case, path):
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.more, self.stride = (outputs - inputs) // 2, stride

        def forward(self, x):
            y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
            x = x[:, :, :: self.stride, :: self.stride]
            return torch.relu(y + nn.functional.pad(x, (0, 0, 0, 0, self.more, self.more)))

    class Net(nn.Module):
        def __init__(self, depth):
            super().__init__()
            count = (depth - 2) // 6
            self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(16)
            widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
            for place, (inputs, outputs, stride) in enumerate(widths):
                blocks = [Block(inputs, outputs, stride)] + [Block(outputs, outputs, 1) for _ in range(count - 1)]
                setattr(self, f"layer{place + 1}", nn.Sequential(*blocks))
            self.linear = nn.Linear(64, 10)

        def forward(self, x):
            x = torch.relu(self.bn1(self.conv1(x)))
            return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))

    torch.manual_seed(5)
    module = Net(case["depth"])
    norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    for layer in norms:
        layer.momentum = 1.0
    images = torch.from_numpy(values((16, 32, 32, 3), 7)).permute(0, 3, 1, 2)
    with torch.no_grad():
        module.train()(images)
        for layer in norms:
            layer.weight.uniform_(0.7, 1.3)
            layer.bias.normal_(0, 0.2)
        images = torch.from_numpy(values((SAMPLES, 32, 32, 3), 99)).permute(0, 3, 1, 2)
        outputs = module.eval()(images)
    state = {f"module.{name}": value for name, value in module.state_dict().items()}
    torch.save({"state_dict": state, "best_prec1": 90.0}, path)
    # A statistic counts in Keras, and in PyTorch it is a buffer.
    buffers = sum(value.numel() for name, value in module.named_buffers() if "running" in name)
    count = sum(value.numel() for value in module.parameters()) + buffers
    return {"parameters": count, "layers": [], "outputs": listed(outputs)}


def load(path, inputs):
    import keras

    model = keras.models.load_model(path)
    return {
        "parameters": model.count_params(),
        "layers": [[layer.name, layer.count_params()] for layer in model.layers],
        "outputs": listed(model.predict(np.load(inputs), verbose=0)),
    }


def photo(path, weights, pixels):
    import keras
    from PIL import Image

    image = Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
    image = np.asarray(image, "uint8")
    np.save(pixels, image)
    model = keras.applications.MobileNet(alpha=0.25, include_top=False, weights=weights, input_shape=(224, 224, 3))
    ready = keras.applications.mobilenet.preprocess_input(image.astype("float32")[None])
    return {"parameters": model.count_params(), "layers": [], "outputs": listed(model.predict(ready, verbose=0))}


def main(what, *arguments):
    if what == "has":
        sys.exit(0 if importlib.util.find_spec(arguments[0]) else 1)
    if what == "make":
        with open(arguments[0], encoding="utf-8") as file:
            case = json.load(file)
        result = (torch_network if "depth" in case else keras_network)(case, arguments[1])
    else:
        result = {"load": load, "photo": photo}[what](*arguments[:-1])
    with open(arguments[-1], "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
