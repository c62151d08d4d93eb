"""PyTorch as a peer: a plain loop over tensors in memory, with loss and accuracy summed as `fit` does.

Variants: compile is "none" (eager), "model" (the forward pass, its loss and through them the backward
pass) or "step" (the optimizer's update too); batch for `predict`; freezing folds weights into the
compiled inference graph; threads overrides the request's; cached keeps what a frozen part makes of the samples.
"""

import os

from protocol import cases, photograph_cases, take_standard_output, work

answers = take_standard_output()
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
# Compiling in this process leaves no pool of idle helpers behind.
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")

import torch  # noqa: E402
from torch import nn  # noqa: E402

import torch_photographs as photographs  # noqa: E402


def normal_(layer, variance_scale):
    """He (2) or LeCun (1) normal weights and zero biases."""
    nn.init.normal_(layer.weight, std=(variance_scale / layer.in_features) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer


def mlp():
    model = nn.Sequential(nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))
    return model, (784,), lambda p: torch.optim.SGD(p, 0.01, fused=True)


def selu100():
    stack, features = [nn.Flatten()], 784
    for units in [300] + [100] * 99:
        stack += [normal_(nn.Linear(features, units), 1), nn.SELU()]
        features = units
    stack.append(nn.Linear(features, 10))
    return nn.Sequential(*stack), (28, 28), lambda p: torch.optim.SGD(p, 1e-3, fused=True)


def small_net(rate=0):
    stack, features = [nn.Flatten()], 784
    for units in (300, 100):
        stack += [nn.AlphaDropout(rate)] if rate else []
        stack += [normal_(nn.Linear(features, units), 1), nn.SELU()]
        features = units
    stack += [nn.AlphaDropout(rate)] if rate else []
    return nn.Sequential(*stack, nn.Linear(features, 10)), (28, 28)


def nadam():
    # With this momentum_decay its schedule is Keras's. There is no fused one, and foreach is slower here.
    return *small_net(), lambda p: torch.optim.NAdam(p, 1e-3, eps=1e-7, momentum_decay=1)


def adamw():
    # Fused is faster than what the compiler makes of the plain one, too.
    return *small_net(), lambda p: torch.optim.AdamW(p, 1e-3, eps=1e-7, weight_decay=4e-3, fused=True)


def alphadropout():
    return *small_net(0.2), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True, fused=True)


def bn20():
    stack, features = [nn.BatchNorm1d(3072, eps=1e-3, momentum=0.01)], 3072
    for _ in range(20):
        stack += [
            normal_(nn.Linear(features, 100), 2),
            nn.BatchNorm1d(100, eps=1e-3, momentum=0.01),
            nn.ELU(),
        ]
        features = 100
    stack.append(nn.Linear(features, 10))
    return nn.Sequential(*stack), (3072,), lambda p: torch.optim.Adam(p, 5e-4, eps=1e-7, fused=True)


def cnn():
    stack, channels = [], 3
    for filters in (32, 64, 128):
        stack += [
            nn.Conv2d(channels, filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        channels = filters
    stack += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]
    return nn.Sequential(*stack), (3, 32, 32), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, fused=True)


CASES = cases(mlp, selu100, nadam, adamw, alphadropout, bn20, cnn)
PHOTOGRAPHS = photograph_cases(photographs)


def prediction(model, x, batch, variant):
    """A function that passes all samples through the model in inference mode."""
    model.eval()
    network = nn.Sequential(model, nn.Softmax(dim=-1)).eval()
    if variant.get("compile", "none") != "none":
        if variant.get("freezing"):
            import torch._inductor.config as inductor

            inductor.freezing = True
        network = torch.compile(network)

    def run(epochs):
        with torch.inference_mode():
            for _ in range(epochs):
                torch.cat([network(x[start : start + batch]) for start in range(0, len(x), batch)])
        return epochs * -(-len(x) // batch), None

    return run


def training(model, optimizer, x, labels, batch, variant):
    """A function that trains for some epochs; nothing waits for a number until an epoch ends."""
    model.train()
    criterion = nn.CrossEntropyLoss()

    def forward(inputs, targets):
        scores = model(inputs)
        return criterion(scores, targets), (scores.argmax(1) == targets).sum()

    update = optimizer.step
    if variant.get("compile", "none") != "none":
        forward = torch.compile(forward)
    if variant.get("compile") == "step":
        update = torch.compile(lambda: optimizer.step())

    def run(epochs):
        for _ in range(epochs):
            total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for start in range(0, len(x), batch):
                loss, hits = forward(x[start : start + batch], labels[start : start + batch])
                loss.backward()
                update()
                optimizer.zero_grad(set_to_none=True)
                total += loss.detach() * min(batch, len(x) - start)
                correct += hits
            loss_of_epoch, _ = total.item() / len(x), correct.item() / len(x)
        return epochs * -(-len(x) // batch), loss_of_epoch

    return run


def make_photographs(request):
    """A case with a network for photographs, of which a part may be frozen."""
    variant = request.get("variant", {})
    frozen, trained, make_optimizer = PHOTOGRAPHS[request["case"]]()
    last = torch.channels_last
    frozen, trained = frozen and frozen.to(memory_format=last), trained.to(memory_format=last)
    parameters = sum(parameter.numel() for parameter in trained.parameters())
    x = torch.randn(request["samples"], *photographs.SHAPE).to(memory_format=last)
    batch = variant.get("batch", request["batch"])
    if request["case"].endswith("predict"):
        return parameters, prediction(trained, x, batch, variant)
    classes = 2 if request["case"] in ("blog", "head") else 10
    labels = torch.randint(0, classes, (request["samples"],))
    validates = request["case"] == "blog"
    return parameters, photographs.training(
        frozen, trained, make_optimizer, x, labels, batch, variant, validates
    )


def make_case(request):
    variant = request.get("variant", {})
    torch.set_num_threads(variant.get("threads") or request.get("threads") or os.cpu_count())
    torch.manual_seed(1)
    if request["case"] in PHOTOGRAPHS:
        return make_photographs(request)
    model, shape, make_optimizer = CASES[request["case"]]()
    x = torch.randn(request["samples"], *shape)
    labels = torch.randint(0, 10, (request["samples"],))
    if len(shape) == 3:
        x, model = x.to(memory_format=torch.channels_last), model.to(memory_format=torch.channels_last)
    batch = variant.get("batch", request["batch"])
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if request["case"] == "predict":
        return parameters, prediction(model, x, batch, variant)
    return parameters, training(model, make_optimizer(model.parameters()), x, labels, batch, variant)


def first_step():
    """One eager step of the small net from nothing."""
    make_case({"case": "mlp32", "samples": 32, "batch": 32})[1](1)


if __name__ == "__main__":
    work(answers, "torch", {"torch": torch.__version__}, make_case, first_step)
