#!/usr/bin/env python3
"""Runs the cases on PyTorch: torch_runner.py --variant requires_grad | eval | timm

- requires_grad: to freeze is `parameter.requires_grad_(False)`, and nothing else.
- eval: that, and `module.eval()`. The training loop calls `model.train()` before it begins, as loops do.
- timm: that of requires_grad, and `timm.layers.freeze_batch_norm_2d`, as `timm.utils.freeze` does.

The optimizer is given all parameters of the model.
"""

import argparse
import warnings

import numpy
import suite
import torch

warnings.filterwarnings("ignore")

NAMES = {"weight": "kernel", "bias": "bias"}
NORMALIZATION_NAMES = {
    "weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


class Flattened(torch.nn.Module):
    """Global average pooling of `[n, channels, height, width]`."""

    def forward(self, x):
        return x.mean((2, 3))


def make_layer(description, channels, is_image):
    """The module, its channels, and whether its output is an image."""
    kind = description["type"]
    if kind == "container":
        if "mode" in description:
            raise suite.NotApplicable("a module's mode is its own state; a model cannot pin that of a call")
        return make_layers(description["layers"], channels, is_image)
    if kind in ("convolution", "dense"):
        units, bias = description["units"], description.get("bias", True)
        module = torch.nn.Conv2d(channels, units, 1, bias=bias) if kind == "convolution" else torch.nn.Linear(
            channels, units, bias=bias)
        return module, units, is_image
    if kind == "normalization":
        make = torch.nn.BatchNorm2d if is_image else torch.nn.BatchNorm1d
        # PyTorch's momentum is the new value's share.
        return make(channels, eps=description["epsilon"], momentum=1 - description["momentum"]), channels, is_image
    if kind == "dropout":
        return torch.nn.Dropout(description["rate"]), channels, is_image
    if kind == "globalAveragePooling":
        return Flattened(), channels, False
    return torch.nn.ReLU(), channels, is_image


def make_layers(layers, channels, is_image):
    modules = torch.nn.Sequential()
    for description in layers:
        module, channels, is_image = make_layer(description, channels, is_image)
        modules.add_module(description["name"], module)
    return modules, channels, is_image


def is_normalization(module):
    return hasattr(module, "running_mean")


class TorchLibrary(suite.Library):
    name = "PyTorch, requires_grad"
    versions = {"torch": torch.__version__}
    idioms = {
        "freeze": "`parameter.requires_grad_(False)` for all parameters of the module",
        "unfreeze": "`requires_grad_(True)`, but for those of normalizations that are to stay frozen",
        "compile": "an optimizer of all parameters; kept: nothing",
        "train": "`model.train()`, then `zero_grad`, `backward`, `step` for each batch",
        "predict": "`model.eval()` or `model.train()`, then a call without gradients",
        "save, load": "`torch.save(model.state_dict(), ...)`, and `load_state_dict` into the model that the program makes",
    }

    def build(self, net, weights, training):
        torch.manual_seed(1)
        self.net, self.training = net, training
        self.model = self.make()
        with torch.no_grad():
            for path, value in self.tensors().items():
                value.copy_(torch.from_numpy(self.stored(weights[path].astype("float32"))))

    def make(self):
        shape = self.net["inputShape"]
        return make_layers(self.net["layers"], shape[-1], len(shape) > 1)[0]

    def forward(self, x):
        # Cases have channels last.
        return self.model(x.permute(0, 3, 1, 2) if x.ndim == 4 else x)

    @staticmethod
    def stored(kernel):
        """A kernel in PyTorch's layout."""
        axes = {4: (3, 2, 0, 1), 2: (1, 0)}.get(kernel.ndim)
        return numpy.ascontiguousarray(kernel.transpose(axes) if axes else kernel)

    @staticmethod
    def logical(kernel):
        axes = {4: (2, 3, 1, 0), 2: (1, 0)}.get(kernel.ndim)
        return numpy.ascontiguousarray(kernel.transpose(axes) if axes else kernel)

    def tensors(self):
        """Weights and statistics by path; parameters or buffers, whatever the module has them as."""
        result = {}
        for path, module in self.model.named_modules():
            names = NORMALIZATION_NAMES if is_normalization(module) else NAMES
            for name, role in names.items():
                value = getattr(module, name, None)
                if isinstance(value, torch.Tensor):
                    result[f"{path.replace('.', '/')}/{role}"] = value
        return result

    def module(self, path):
        return self.model.get_submodule(path.replace("/", "."))

    def compile(self, keeps_optimizer):
        if not keeps_optimizer:
            self.optimizer = self.make_optimizer(self.model.parameters())

    def make_optimizer(self, parameters):
        settings = self.training["optimizer"]
        rate = settings["learningRate"]
        if settings["type"] == "sgd":
            return torch.optim.SGD(parameters, rate, momentum=settings.get("momentum", 0))
        if settings["type"] == "adam":
            return torch.optim.Adam(parameters, rate, eps=settings["epsilon"])
        return torch.optim.AdamW(parameters, rate, eps=settings["epsilon"], weight_decay=settings["weightDecay"])

    def freeze(self, layer):
        self.module(layer).requires_grad_(False)

    def unfreeze(self, layer, keeps_normalization_frozen):
        for module in self.module(layer).modules():
            if not (keeps_normalization_frozen and is_normalization(module)):
                for parameter in module.parameters(recurse=False):
                    parameter.requires_grad_(True)

    def train(self, x, y, steps):
        x, y = torch.from_numpy(x.astype("float32")), torch.from_numpy(y.astype("float32"))
        in_place = self.training.get("clearsGradients") == "inPlace"
        self.model.train()
        for _ in range(steps):
            self.optimizer.zero_grad(set_to_none=not in_place)
            loss = torch.nn.functional.mse_loss(self.forward(x), y)
            loss.backward()
            self.optimizer.step()
        return loss.item()

    def predict(self, x, in_training_mode):
        self.model.train(in_training_mode)
        with torch.no_grad():
            return self.forward(torch.from_numpy(x.astype("float32"))).numpy()

    def evaluate(self, x, y):
        return float(((self.predict(x, False).astype("float64") - y) ** 2).mean())

    def save(self, folder):
        torch.save(self.model.state_dict(), folder / "model.pt")

    def load(self, folder):
        self.model = self.make()
        self.model.load_state_dict(torch.load(folder / "model.pt"))

    def parameters(self):
        return {path: self.logical(value.detach().numpy()).copy() for path, value in self.tensors().items()}

    def trainable(self):
        known = {id(value) for group in self.optimizer.param_groups for value in group["params"]}
        return [path for path, value in self.tensors().items() if value.requires_grad and id(value) in known]


class EvalLibrary(TorchLibrary):
    name = "PyTorch, requires_grad and eval()"
    idioms = {**TorchLibrary.idioms, "freeze": "`parameter.requires_grad_(False)` and `module.eval()`",
              "unfreeze": "`requires_grad_(True)` and `module.train()`, but for normalizations that are to stay frozen"}

    def freeze(self, layer):
        super().freeze(layer)
        self.module(layer).eval()

    def unfreeze(self, layer, keeps_normalization_frozen):
        super().unfreeze(layer, keeps_normalization_frozen)
        for module in self.module(layer).modules():
            if not (keeps_normalization_frozen and is_normalization(module)):
                module.training = True


class TimmLibrary(TorchLibrary):
    name = "PyTorch + timm freeze_batch_norm_2d"
    idioms = {
        **TorchLibrary.idioms,
        "freeze": "`requires_grad_(False)` and `timm.layers.freeze_batch_norm_2d(module)`, as in `timm.utils.freeze`",
        "unfreeze": "`requires_grad_(True)` and, but for normalizations that are to stay frozen, "
                    "`timm.layers.unfreeze_batch_norm_2d(module)`, as in `timm.utils.unfreeze`",
    }

    def replace(self, path, module):
        parent, _, name = path.replace("/", ".").rpartition(".")
        self.model.get_submodule(parent).add_module(name, module)

    def freeze(self, layer):
        from timm.layers import freeze_batch_norm_2d
        if any(isinstance(module, torch.nn.BatchNorm1d) for module in self.module(layer).modules()):
            raise suite.NotApplicable("freeze_batch_norm_2d is for BatchNorm2d and says so in its name; this is BatchNorm1d")
        super().freeze(layer)
        self.replace(layer, freeze_batch_norm_2d(self.module(layer)))

    def unfreeze(self, layer, keeps_normalization_frozen):
        from timm.layers import unfreeze_batch_norm_2d
        super().unfreeze(layer, keeps_normalization_frozen)
        if not keeps_normalization_frozen:
            self.replace(layer, unfreeze_batch_norm_2d(self.module(layer)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", choices=["requires_grad", "eval", "timm"], default="requires_grad")
    options, _ = parser.parse_known_args()
    library = {"requires_grad": TorchLibrary, "eval": EvalLibrary, "timm": TimmLibrary}[options.variant]
    if options.variant == "timm":
        import timm
        library.versions = {**library.versions, "timm": timm.__version__}
    suite.main(library, library)
