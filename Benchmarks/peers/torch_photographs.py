"""The cases with networks for photographs in PyTorch, as Keras defines them (ResNet50 with the stride in a block's first
convolution, biases, and its epsilon), and a loop that trains the part which is not frozen.

Each case is a function that gives the frozen part (in eval mode, None where there is none), the part that is trained, and a
function from parameters to the optimizer.
"""

import torch
from torch import nn

SHAPE = (3, 224, 224)


def _resnet_norm(channels):
    return nn.BatchNorm2d(channels, eps=1.001e-5, momentum=0.01)


class Block(nn.Module):
    """Three convolutions beside a shortcut."""

    def __init__(self, channels, filters, stride, projects):
        super().__init__()
        self.shortcut = nn.Identity()
        if projects:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, 4 * filters, 1, stride), _resnet_norm(4 * filters)
            )
        self.body = nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride),
            _resnet_norm(filters),
            nn.ReLU(inplace=True),
            nn.Conv2d(filters, filters, 3, padding=1),
            _resnet_norm(filters),
            nn.ReLU(inplace=True),
            nn.Conv2d(filters, 4 * filters, 1),
            _resnet_norm(4 * filters),
        )
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.activation(self.body(x) + self.shortcut(x))


def _resnet50():
    """The stem and the sixteen blocks."""
    parts = [
        nn.Conv2d(3, 64, 7, 2, padding=3),
        _resnet_norm(64),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, padding=1),
    ]
    channels = 64
    for stage, count in enumerate((3, 4, 6, 3)):
        filters = 64 << stage
        for number in range(count):
            stride = 2 if stage > 0 and number == 0 else 1
            parts.append(Block(channels, filters, stride, number == 0))
            channels = 4 * filters
    return parts


def _mobilenet():
    """The layers of MobileNet with an alpha of 1, in the order of Keras's without its input."""
    parts = []

    def activated(convolution, channels):
        norm = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
        parts.extend([convolution, norm, nn.ReLU6(inplace=True)])

    # Keras pads at the right and at the bottom where the stride is 2; padding at both sides is as much work.
    activated(nn.Conv2d(3, 32, 3, 2, padding=1, bias=False), 32)
    channels = 32
    for index, filters in enumerate((64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)):
        stride = 2 if index + 1 in (2, 4, 6, 12) else 1
        activated(nn.Conv2d(channels, channels, 3, stride, padding=1, groups=channels, bias=False), channels)
        activated(nn.Conv2d(channels, filters, 1, bias=False), filters)
        channels = filters
    return parts


def _pooled(channels, classes):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def _whole(parameters):
    return torch.optim.SGD(parameters, 1e-3, momentum=0.9, fused=True)


def _plain(parameters):
    return torch.optim.SGD(parameters, 1e-3, fused=True)


def _divided(frozen, trained, make_optimizer):
    frozen, trained = (nn.Sequential(*part) if isinstance(part, list) else part for part in (frozen, trained))
    return frozen and frozen.eval().requires_grad_(False), trained, make_optimizer


def resnet50_predict():
    return _divided(None, _resnet50() + _pooled(2048, 1000), _whole)


def resnet50():
    return _divided(None, _resnet50() + _pooled(2048, 10), _whole)


def mobilenet():
    return _divided(None, _mobilenet() + _pooled(1024, 10), _whole)


def mobilenet_third():
    parts = _mobilenet()
    # Of Keras's 86 layers 57 are frozen, to the normalization after the depthwise convolution of block 9; its input and
    # three paddings are no layers here.
    return _divided(parts[:53], parts[53:] + _pooled(1024, 10), _whole)


class _UpToLayer140(nn.Module):
    """What the first 140 layers of Keras's ResNet50 make of an image: they end within the last block of the fourth stage,
    before its last normalization."""

    def __init__(self, parts, block):
        super().__init__()
        self.parts, self.body = nn.Sequential(*parts), block.body[:-1]

    def forward(self, x):
        shortcut = self.parts(x)
        return shortcut, self.body(shortcut)


class _FromLayer140(nn.Module):
    """The rest, with a layer of two classes on all features."""

    def __init__(self, norm, parts):
        super().__init__()
        self.norm = norm
        self.parts = nn.Sequential(*parts, nn.Flatten(), nn.Linear(7 * 7 * 2048, 2))

    def forward(self, features):
        shortcut, x = features
        return self.parts(nn.functional.relu(self.norm(x) + shortcut))


def blog():
    parts = _resnet50()
    return _divided(_UpToLayer140(parts[:16], parts[16]), _FromLayer140(parts[16].body[-1], parts[17:]), _plain)


def head():
    return _divided(_resnet50() + _pooled(2048, 2)[:2], [nn.Linear(2048, 2)], _plain)


def training(frozen, trained, make_optimizer, x, labels, batch, variant, validates):
    """A function that trains for some epochs; nothing waits for a number until an epoch ends.

    The frozen part runs in every step and every validation; or, if the variant says `cached`, once for each sample and call.
    """
    optimizer = make_optimizer(trained.parameters())
    criterion = nn.CrossEntropyLoss()
    starts = range(0, len(x), batch)
    extract, network = frozen or (lambda images: images), trained
    if variant.get("compile", "none") != "none":
        if frozen:
            extract = torch.compile(frozen, dynamic=False, options={"freezing": True})
        if variant["compile"] == "model":
            network = torch.compile(trained, dynamic=False)

    def features(start):
        with torch.no_grad():
            return extract(x[start : start + batch])

    def score(inputs, start):
        scores, targets = network(inputs), labels[start : start + batch]
        return criterion(scores, targets), (scores.detach().argmax(1) == targets).sum()

    def epoch(feature, is_training):
        trained.train(is_training)
        total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        with torch.set_grad_enabled(is_training):
            for start in starts:
                loss, hits = score(feature(start), start)
                if is_training:
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad(set_to_none=True)
                total += loss.detach() * min(batch, len(x) - start)
                correct += hits
        return total.item() / len(x), correct.item() / len(x)

    def run(epochs):
        feature = features
        if variant.get("cached"):
            kept = {start: features(start) for start in starts}
            feature = kept.get
        for _ in range(epochs):
            loss, _ = epoch(feature, is_training=True)
            if validates:
                epoch(feature, is_training=False)
        return epochs * len(starts), loss

    return run
