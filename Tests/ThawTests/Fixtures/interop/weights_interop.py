"""The other side of WeightInteropTests: loads files of weights that Thaw wrote, or the files of others, and answers in JSON.

    weights_interop.py has MODULE                             fails unless the module is there
    weights_interop.py keras|tf_keras FILE.h5 OUT [by_name]   the net of weights/make_weights.py with a file's weights
    weights_interop.py torch FILE.safetensors OUT             the same in PyTorch
    weights_interop.py mobilenet FILE.h5 OUT                  keras.applications' MobileNet of alpha 0.25 without a top
    weights_interop.py resnet FILE.th OUT                     the ResNet-20 for CIFAR-10 of He et al. (2015), shortcuts of option A
"""

import importlib.util
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "weights"))

import make_weights as made  # noqa: E402
import numpy as np  # noqa: E402


def keras_net(library, path, by_name):
    name = library.__name__
    model = made.net(library)
    # What the file does not give must not look right.
    model.set_weights([np.zeros_like(value) for value in model.get_weights()])
    model.load_weights(path, **({"by_name": True} if by_name else {}))
    result = {"weights": [made.listed(value)["values"] for value in model.get_weights()]}
    # TensorFlow has no grouped convolutions on processors.
    if name == "keras":
        result["outputs"] = made.listed(model.predict(made.values((3, *made.SHAPE), 99), verbose=0))
    return result


def tensors(path):
    """The tensors of a safetensors file, read by its definition."""
    import torch

    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    result = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            array = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
            result[name] = torch.from_numpy(array.copy())
    return result


def torch_net(path):
    module = made.torch_net()
    for parameter in module.parameters():
        parameter.data.zero_()
    module.load_state_dict(tensors(path), strict=True)
    return {"outputs": made.torch_outputs(module, made.values((3, *made.SHAPE), 99))}


def mobilenet(path):
    import keras

    model = keras.applications.MobileNet(input_shape=(64, 64, 3), alpha=0.25, include_top=False, weights=path)
    return {"outputs": made.listed(model.predict(made.values((2, 64, 64, 3), 99), verbose=0))}


def resnet(path):
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.more = (outputs - inputs) // 2
            self.stride = stride

        def forward(self, x):
            y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
            x = x[:, :, :: self.stride, :: self.stride]
            return torch.relu(y + nn.functional.pad(x, (0, 0, 0, 0, self.more, self.more)))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(16)
            self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
            self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
            self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
            self.linear = nn.Linear(64, 10)

        def forward(self, x):
            x = torch.relu(self.bn1(self.conv1(x)))
            return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))

    module = Net().eval()
    state = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    module.load_state_dict({name.removeprefix("module."): value for name, value in state.items()})
    return {"outputs": made.torch_outputs(module, made.values((4, 32, 32, 3), 99))}


def main(what, path, out=None, *options):
    if what == "has":
        sys.exit(0 if importlib.util.find_spec(path) else 1)
    if what in ("keras", "tf_keras"):
        result = keras_net(importlib.import_module(what), path, "by_name" in options)
    else:
        result = {"torch": torch_net, "mobilenet": mobilenet, "resnet": resnet}[what](path)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
