#!/usr/bin/env python3
"""The cases computed plainly, in NumPy and float64: where their expected numbers come from.

    reference.py            runs the cases; a number in a file that differs from the reference's is an error
    reference.py --write    puts the reference's numbers into the files
    reference.py --faults   breaks the reference in each way that it knows: every case must notice one

It follows the table in ../ARCHITECTURE.md, "How freezing is done". Gradients are written by hand.
"""

import argparse
import copy
import json
import pathlib
import sys
import tempfile

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "runners"))
import suite  # noqa: E402

# Ways to get freezing wrong. Each is a mistake that some library makes, made, or could make.
FAULTS = {
    "batchWhenFrozen": "frozen normalization uses the batch and keeps its moving statistics",
    "updatingWhenFrozen": "frozen normalization uses the batch and updates its moving statistics",
    "statisticsDrift": "frozen normalization uses its moving statistics, but goes on updating them",
    "weightsTrain": "frozen weights are trained",
    "freezeWaits": "freezing and unfreezing wait for compile",
    "freezeIsShallow": "freezing a container stops at the containers in it",
    "frozenForGood": "what was frozen stays frozen",
    "containerFlag": "a layer in a container that was frozen as a whole cannot be unfrozen",
    "momentumGoesOn": "momentum goes on moving frozen weights",
    "decayGoesOn": "weight decay goes on shrinking frozen weights",
    "oneCount": "one count of updates for all parameters",
    "stateIsDropped": "the optimizer forgets its state for frozen parameters",
    "normalizationToo": "unfreezing cannot leave normalization out",
    "pinIsIgnored": "a pinned mode is ignored",
    "pinIsLost": "unfreezing undoes a pinned mode",
    "flagsAreLost": "a file forgets what is frozen",
    "statisticsAreLost": "a file has no moving statistics",
    "callsWrite": "any call in training mode writes moving statistics",
    "evaluateWrites": "evaluation writes moving statistics",
    "statisticsAreTrained": "unfreezing makes moving statistics trainable",
    "dropoutIsLive": "frozen dropout goes on dropping",
    "noDropout": "dropout never drops",
    "gradientStops": "no gradient passes a frozen layer",
    "neverUpdates": "moving statistics never follow the batch",
    "alwaysMoving": "normalization always uses its moving statistics",
}


class Leaf:
    """A layer without layers inside."""

    def __init__(self, description, path, last_axis):
        self.type, self.path, self.trainable = description["type"], path, True
        self.settings = description
        self.shapes = {}
        if self.type in ("dense", "convolution"):
            units = description["units"]
            self.shapes["kernel"] = ([1, 1] if self.type == "convolution" else []) + [last_axis, units]
            if description.get("bias", True):
                self.shapes["bias"] = [units]
            last_axis = units
        elif self.type == "normalization":
            self.shapes = {name: [last_axis] for name in ("gamma", "beta", "moving_mean", "moving_variance")}
        self.channels = last_axis
        self.values = {}

    @property
    def weights(self):
        return [name for name in self.shapes if not name.startswith("moving")]

    def forward(self, x, training, owner):
        """The output, and a function from its gradient to those of the input and of the weights."""
        values = self.values
        if self.type in ("dense", "convolution"):
            kernel = values["kernel"]
            matrix = kernel.reshape(kernel.shape[-2:])
            output = x @ matrix + values.get("bias", 0)

            def backward(gradient):
                rows, gradients = gradient.reshape(-1, gradient.shape[-1]), {}
                gradients["kernel"] = (x.reshape(-1, x.shape[-1]).T @ rows).reshape(kernel.shape)
                if "bias" in values:
                    gradients["bias"] = rows.sum(0)
                return gradient @ matrix.T, gradients

            return output, backward
        if self.type == "normalization":
            return self.normalize(x, training, owner)
        if self.type == "relu":
            return numpy.maximum(x, 0), lambda gradient: (gradient * (x > 0), {})
        if self.type == "globalAveragePooling":
            size = x.shape[1] * x.shape[2]
            return x.mean((1, 2)), lambda gradient: (
                numpy.broadcast_to(gradient[:, None, None, :] / size, x.shape), {})
        if self.type == "dropout":
            live = training and (self.trainable or owner.fault == "dropoutIsLive")
            if not live or owner.fault == "noDropout":
                return x, lambda gradient: (gradient, {})
            rate = self.settings["rate"]
            mask = (owner.random.random(x.shape) >= rate) / (1 - rate)
            return x * mask, lambda gradient: (gradient * mask, {})
        raise AssertionError(f"unknown layer {self.type}")

    def normalize(self, x, training, owner):
        values, settings, fault = self.values, self.settings, owner.fault
        axes = tuple(range(x.ndim - 1))
        frozen = not owner.is_trainable(self)
        uses_batch = training and not frozen
        writes = uses_batch and owner.writes
        if training and frozen:
            uses_batch = fault in ("batchWhenFrozen", "updatingWhenFrozen")
            writes = fault in ("updatingWhenFrozen", "statisticsDrift") and owner.writes
        if fault == "alwaysMoving":
            uses_batch = False
        if fault == "callsWrite" and training or fault == "evaluateWrites":
            writes = True
        mean, variance = x.mean(axes), x.var(axes)
        if writes and fault != "neverUpdates":
            momentum = settings["momentum"]
            for name, batch in (("moving_mean", mean), ("moving_variance", variance)):
                values[name] = values[name] * momentum + batch * (1 - momentum)
        if not uses_batch:
            mean, variance = values["moving_mean"], values["moving_variance"]
        scale = 1 / numpy.sqrt(variance + settings["epsilon"])
        normalized = (x - mean) * scale
        gamma = values["gamma"]

        def backward(gradient):
            gradients = {"gamma": (gradient * normalized).sum(axes), "beta": gradient.sum(axes)}
            inner = gradient * gamma * scale
            if uses_batch:
                unit = gradient * gamma
                inner = scale * (unit - unit.mean(axes) - normalized * (unit * normalized).mean(axes))
            if fault == "gradientStops" and frozen:
                inner = inner * 0
            return inner, gradients

        return normalized * gamma + values["beta"], backward


class Container:
    def __init__(self, description, path, last_axis):
        self.path, self.pinned = path, description.get("mode")
        self.layers = []
        for inner in description["layers"]:
            kind = Container if inner["type"] == "container" else Leaf
            self.layers.append(kind(inner, f"{path}/{inner['name']}".lstrip("/"), last_axis))
            last_axis = self.layers[-1].channels
        self.channels = last_axis
        # Only a fault looks at it.
        self.flag = True

    @property
    def leaves(self):
        return [leaf for layer in self.layers for leaf in (layer.leaves if isinstance(layer, Container) else [layer])]

    def find(self, path):
        for layer in self.layers:
            if layer.path == path:
                return layer
            if isinstance(layer, Container) and path.startswith(layer.path + "/"):
                return layer.find(path)
        raise KeyError(path)

    def forward(self, x, training, owner):
        if self.pinned and owner.fault != "pinIsIgnored" and not (owner.fault == "pinIsLost" and owner.unfroze):
            training = self.pinned == "training"
        steps = []
        for layer in self.layers:
            x, backward = layer.forward(x, training, owner)
            steps.append((layer, backward))

        def all_backward(gradient):
            gradients = {}
            for layer, backward in reversed(steps):
                gradient, found = backward(gradient)
                if isinstance(layer, Container):
                    gradients.update(found)
                else:
                    gradients.update({(layer, name): value for name, value in found.items()})
            return gradient, gradients

        return x, all_backward


class Reference(suite.Library):
    name = "Reference"
    versions = {"numpy": numpy.__version__}

    def __init__(self, fault=None):
        self.fault = fault
        self.random = numpy.random.default_rng(1)
        self.writes = self.unfroze = False
        self.state, self.count, self.compiled = {}, 0, {}

    def build(self, net, weights, training):
        self.net = Container(net, "", net["inputShape"][-1])
        self.training = training
        for leaf in self.net.leaves:
            for name, shape in leaf.shapes.items():
                leaf.values[name] = weights[f"{leaf.path}/{name}"].reshape(shape)

    def compile(self, keeps_optimizer):
        if not keeps_optimizer:
            self.state, self.count = {}, 0
        self.compiled = {leaf: leaf.trainable for leaf in self.net.leaves}

    def is_trainable(self, leaf):
        if self.fault == "freezeWaits":
            return self.compiled.get(leaf, leaf.trainable)
        if self.fault == "containerFlag":
            above = [layer for layer in self.containers(self.net) if leaf in layer.leaves]
            return leaf.trainable and all(layer.flag for layer in above)
        return leaf.trainable

    def containers(self, container):
        inner = [layer for layer in container.layers if isinstance(layer, Container)]
        return [container] + [found for layer in inner for found in self.containers(layer)]

    def set_trainable(self, layer, value, keeps_normalization_frozen=False):
        if isinstance(layer, Container):
            layer.flag = value
            for inner in layer.layers:
                if not (self.fault == "freezeIsShallow" and isinstance(inner, Container)):
                    self.set_trainable(inner, value, keeps_normalization_frozen)
        elif not (keeps_normalization_frozen and layer.type == "normalization"):
            layer.trainable = value

    def freeze(self, layer):
        self.set_trainable(self.net.find(layer), False)

    def unfreeze(self, layer, keeps_normalization_frozen):
        self.unfroze = True
        if self.fault != "frozenForGood":
            keeps_normalization_frozen &= self.fault != "normalizationToo"
            self.set_trainable(self.net.find(layer), True, keeps_normalization_frozen)

    def train(self, x, y, steps):
        for _ in range(steps):
            self.writes = True
            output, backward = self.net.forward(x, True, self)
            self.writes = False
            loss = float(((output - y) ** 2).mean())
            _, gradients = backward(2 * (output - y) / output.size)
            self.count += 1
            for (leaf, name), gradient in gradients.items():
                if self.is_trainable(leaf) or self.fault == "weightsTrain":
                    leaf.values[name] = self.update(leaf, name, gradient)
                else:
                    self.leave(leaf, name, gradient)
            if self.fault == "statisticsAreTrained" and self.unfroze:
                for leaf in self.net.leaves:
                    if leaf.trainable and "moving_mean" in leaf.values:
                        leaf.values["moving_mean"] = leaf.values["moving_mean"] - 0.01
        return loss

    def update(self, leaf, name, gradient):
        optimizer, value = self.training["optimizer"], leaf.values[name]
        rate = optimizer["learningRate"]
        state = self.state.setdefault((leaf, name), {"count": 0, "first": 0, "second": 0})
        state["count"] += 1
        if optimizer["type"] == "sgd":
            state["first"] = optimizer.get("momentum", 0) * state["first"] - rate * gradient
            return value + state["first"]
        value = value - rate * optimizer.get("weightDecay", 0) * value
        beta1, beta2 = 0.9, 0.999
        state["first"] = beta1 * state["first"] + (1 - beta1) * gradient
        state["second"] = beta2 * state["second"] + (1 - beta2) * gradient**2
        count = self.count if self.fault == "oneCount" else state["count"]
        first, second = state["first"] / (1 - beta1**count), state["second"] / (1 - beta2**count)
        return value - rate * first / (numpy.sqrt(second) + optimizer["epsilon"])

    def leave(self, leaf, name, gradient):
        """What becomes of a frozen parameter in a step: nothing, but for faults."""
        optimizer = self.training["optimizer"]
        if self.fault == "momentumGoesOn" and (leaf, name) in self.state:
            leaf.values[name] = self.update(leaf, name, gradient * 0)
        if self.fault == "decayGoesOn":
            leaf.values[name] = leaf.values[name] * (1 - optimizer["learningRate"] * optimizer.get("weightDecay", 0))
        if self.fault == "stateIsDropped":
            self.state.pop((leaf, name), None)

    def predict(self, x, in_training_mode):
        return self.net.forward(x, in_training_mode, self)[0]

    def evaluate(self, x, y):
        return float(((self.predict(x, False) - y) ** 2).mean())

    def save(self, folder):
        self.saved = copy.deepcopy(self.net)

    def load(self, folder):
        self.net = self.saved
        for leaf in self.net.leaves:
            if self.fault == "flagsAreLost":
                leaf.trainable = True
            if self.fault == "statisticsAreLost" and leaf.type == "normalization":
                leaf.values["moving_mean"] = leaf.values["moving_mean"] * 0
        self.state, self.count = {}, 0

    def parameters(self):
        return {f"{leaf.path}/{name}": leaf.values[name].copy() for leaf in self.net.leaves for name in leaf.shapes}

    def trainable(self):
        return [
            f"{leaf.path}/{name}" for leaf in self.net.leaves if self.is_trainable(leaf) for name in
            (leaf.shapes if self.fault == "statisticsAreTrained" else leaf.weights)]


class Writing(suite.Run):
    """A run that notes what the reference gives instead of checking it."""

    def check(self, expectation, now, output, loss):
        if expectation["that"] == "outputIs":
            expectation["values"] = stored(output)
        elif expectation["that"] == "parametersAre":
            expectation["values"] = {path: stored(now[path]) for path in expectation["values"]}
        super().check(expectation, now, output, loss)


def stored(value):
    return {"shape": list(value.shape), "values": [float(f"{number:.9g}") for number in value.reshape(-1)]}


def text(value, indent=0, lead=0):
    """JSON in which what fits into a line stays in a line."""
    flat = json.dumps(value, ensure_ascii=False)
    if indent + lead + len(flat) <= 118 or not isinstance(value, (dict, list)):
        return flat
    pad, inner = " " * indent, " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {text(item, indent + 2, len(key) + 4)}" for key, item in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + "\n" + pad + "}"
    if all(isinstance(item, (int, float)) for item in value):
        lines, line = [], ""
        for item in value:
            word = json.dumps(item) + ", "
            if len(inner) + len(line) + len(word) > 118:
                lines.append(line.rstrip())
                line = ""
            line += word
        lines.append(line.rstrip(", "))
        return "[\n" + "\n".join(inner + line for line in lines) + "\n" + pad + "]"
    return "[\n" + ",\n".join(inner + text(item, indent + 2) for item in value) + "\n" + pad + "]"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--faults", action="store_true")
    options = parser.parse_args()
    cases, wrong = suite.load_cases(), 0
    for case in cases:
        if options.write:
            Writing(case, Reference(), None).run()
            content = {key: value for key, value in case.items() if key != "file"}
            (suite.FOLDER / case["file"]).write_text(text(content) + "\n")
            continue
        result = suite.run_case(case, Reference(), None)
        if result["result"] != "holds":
            print(f"{case['name']}: {result['result']} {result['detail']}")
            wrong += 1
    if options.faults:
        noticed = set()
        for case in cases:
            found = [fault for fault in FAULTS
                     if suite.run_case(case, Reference(fault), None)["result"] == "fails"]
            noticed |= set(found)
            print(f"{case['name']}: {', '.join(found) or 'NOTICES NOTHING'}")
            wrong += not found
        for fault in sorted(set(FAULTS) - noticed):
            print(f"No case notices {fault}: {FAULTS[fault]}")
            wrong += 1
    if wrong:
        raise SystemExit(f"{wrong} wrong.")
    print(f"{len(cases)} cases hold in the reference.")


if __name__ == "__main__":
    main()
