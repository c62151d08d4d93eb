"""Makes the files of weights in this folder, and weights.json, which says what the nets in them compute.

    python make_weights.py                 with keras 3.15, tf_keras 2.21, torch 2.15 and h5py 3.14

One small net, in Keras 3, Keras 2 (tf_keras) and PyTorch: grouped, depthwise and pointwise convolutions, PReLU, batch, group
and layer normalization, a model inside, and a product behind a flattened image. Keras's nets have the same weights, PyTorch's
has its own. Outputs are computed in float64. The input follows the formula of generators/saving.py.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))
SHAPE = (6, 6, 4)
EPSILON = 1e-3


def values(shape, n, variance=False):
    k = np.arange(int(np.prod(shape)), dtype=np.int64)
    result = ((7919 * k + 13 * n) % 1000) / 1000 - 0.5
    return ((0.5 + np.abs(result)) if variance else result).reshape(shape).astype("float32")


def net(library, epsilon=EPSILON, frozen=False):
    layers = library.layers
    point = layers.Conv2D(5, 1, name="point")
    body = library.Sequential(
        [layers.Input((2, 2, 16)), point, layers.BatchNormalization(epsilon=epsilon, momentum=0.9, name="point_bn")],
        name="body")
    x = image = layers.Input(SHAPE, name="image")
    x = layers.Conv2D(8, 3, groups=2, name="conv")(x)
    x = layers.BatchNormalization(epsilon=epsilon, momentum=0.9, name="bn")(x)
    x = layers.PReLU(shared_axes=[1, 2], name="prelu")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(x)
    x = layers.GroupNormalization(groups=4, epsilon=epsilon, name="gn")(x)
    x = body(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.LayerNormalization(epsilon=epsilon, name="ln")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Dense(3, name="head")(x)
    model = library.Model(image, x, name="net")
    n = 0
    for layer in [*(model.get_layer(name) for name in ("conv", "bn", "prelu", "depthwise", "gn")), *body.layers,
                  model.get_layer("ln"), model.get_layer("head")]:
        arrays = []
        for place, weight in enumerate(layer.get_weights()):
            variance = "BatchNormalization" in type(layer).__name__ and place == 3
            arrays.append(values(weight.shape, n, variance))
            n += 1
        layer.set_weights(arrays)
    point.trainable = not frozen
    return model


def torch_net():
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(4, 8, 3, groups=2)
            self.bn = torch.nn.BatchNorm2d(8, eps=EPSILON)
            self.prelu = torch.nn.PReLU(8)
            self.depthwise = torch.nn.Conv2d(8, 16, 3, groups=8)
            self.gn = torch.nn.GroupNorm(4, 16, eps=EPSILON)
            self.body = torch.nn.Module()
            self.body.point = torch.nn.Conv2d(16, 5, 1)
            self.body.point_bn = torch.nn.BatchNorm2d(5, eps=EPSILON)
            self.ln = torch.nn.LayerNorm(20, eps=EPSILON)
            self.head = torch.nn.Linear(20, 3)

        def forward(self, x):
            x = self.gn(self.depthwise(self.prelu(self.bn(self.conv(x)))))
            x = self.body.point_bn(self.body.point(x))
            return self.head(self.ln(x.flatten(1)))

    module = Net().eval()
    with torch.no_grad():
        for n, (name, tensor) in enumerate(module.state_dict().items()):
            if tensor.is_floating_point():
                tensor.copy_(torch.from_numpy(values(tuple(tensor.shape), n + 50, name.endswith("running_var"))))
    return module


def torch_outputs(module, x):
    import torch

    with torch.no_grad():
        return listed(module.double()(torch.from_numpy(x).double().permute(0, 3, 1, 2)).numpy())


def listed(array):
    array = np.asarray(array, dtype="float64")
    return {"shape": list(array.shape), "values": [float(value) for value in array.reshape(-1)]}


def at(name):
    return os.path.join(FOLDER, name)


def write_keras(outputs, x):
    import h5py
    import keras
    import tf_keras
    from keras.src.legacy.saving import legacy_h5_format

    keras.config.set_floatx("float64")
    outputs["keras"] = listed(net(keras).predict(x.astype("float64"), verbose=0))
    keras.config.set_floatx("float32")
    model = net(keras)
    model.save_weights(at("keras3.weights.h5"))
    with h5py.File(at("keras3_layers.h5"), "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    np.savez(at("paths.npz"), **{weight.path.removeprefix("net/"): np.asarray(weight) for weight in model.weights})
    np.savez(at("numbers.npz"), *model.get_weights())
    net(tf_keras).save_weights(at("keras2.h5"))
    write_damaged()
    net(tf_keras, frozen=True).save_weights(at("keras2_frozen.h5"))
    net(tf_keras, epsilon=2e-3).save(at("keras2_model.h5"))
    return {"keras": keras.__version__, "tf_keras": tf_keras.__version__}


def write_damaged():
    """keras2.h5 with the last array compressed, and damaged."""
    import shutil

    import h5py

    shutil.copy(at("keras2.h5"), at("keras2_damaged.h5"))
    with h5py.File(at("keras2_damaged.h5"), "r+") as file:
        group = file["head/head"]
        values = group["bias:0"][:]
        del group["bias:0"]
        place = group.create_dataset("bias:0", data=values, chunks=True, compression="gzip").id.get_chunk_info(0)
    with open(at("keras2_damaged.h5"), "r+b") as file:
        file.seek(place.byte_offset)
        file.write(bytes(place.size))


def write_torch(outputs, x):
    import torch

    module = torch_net()
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    outputs["torch"] = torch_outputs(module, x)
    parallel = {"module." + name: tensor for name, tensor in state.items()}
    torch.save({"epoch": 3, "state_dict": parallel, "best": 0.5}, at("torch.pth"))
    torch.save({"model": state}, at("torch_legacy.th"), _use_new_zipfile_serialization=False)
    renamed = {f"backbone.{name}".replace("head", "linear"): tensor for name, tensor in state.items()}
    torch.save(renamed, at("torch_renamed.pt"))
    modules = list(dict.fromkeys(name.rsplit(".", 1)[0] for name in state))
    numbered = {}
    for name, tensor in state.items():
        owner, kind = name.rsplit(".", 1)
        numbered[f"{modules.index(owner)}.{kind}"] = tensor
    torch.save(numbered, at("torch_numbered.pt"))
    torch.save({"epoch": 3}, at("torch_empty.pt"))
    return {"torch": torch.__version__}


def main():
    x = values((3, *SHAPE), 99)
    outputs = {}
    header = {**write_keras(outputs, x), **write_torch(outputs, x), "python": sys.version.split()[0]}
    with open(at("weights.json"), "w", encoding="utf-8") as file:
        json.dump({"header": header, **outputs}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
