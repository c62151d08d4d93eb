"""What is measured: the cases, the peers, and the settings each peer may choose its best from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    batch: int
    samples: int
    epochs: int  # per round; of the small nets so that a round takes about a second
    target: float  # our time as a share of the best peer's
    unit: str = "ms/step"
    reported: float | None = None  # what the published experiment with this net took for a step, on a laptop
    rounds: int = 5
    settings: str = "training"  # which of a peer's lists of settings it chooses from
    plain_epochs: int | None = None  # what peers that keep no features do of a job, whose epochs all take as long
    cached_target: float | None = None  # our time as a share of PyTorch's with features cached by hand

    def value(self, answer, epochs):
        """Milliseconds per step or per image of one answered round, or seconds for all epochs of a job."""
        if self.unit == "s/job":
            return answer["seconds"] * self.epochs / epochs
        count = self.samples * epochs if self.unit == "ms/image" else answer["steps"]
        return answer["seconds"] * 1000 / count

    def steps(self, epochs):
        return epochs * -(-self.samples // self.batch)


CASES = {
    case.name: case
    for case in (
        Case("mlp32", batch=32, samples=12_800, epochs=3, target=0.5),
        Case("mlp128", batch=128, samples=12_800, epochs=6, target=0.5),
        Case("selu100", batch=32, samples=12_800, epochs=1, target=0.5, reported=5),
        Case("nadam", batch=32, samples=12_800, epochs=3, target=0.5, reported=2),
        Case("adamw", batch=32, samples=12_800, epochs=3, target=0.5),
        Case("alphadropout", batch=32, samples=12_800, epochs=3, target=0.5, reported=1),
        Case("bn20", batch=32, samples=12_800, epochs=1, target=0.5),
        Case("cnn", batch=64, samples=3_200, epochs=1, target=0.6),
        Case("predict", 64, 3_200, epochs=2, target=0.4, unit="ms/image", settings="prediction"),
    )
}

# Networks for photographs of 224 x 224, not among the cases that are measured by default: a round takes minutes.
PHOTOGRAPHS = {
    case.name: case
    for case in (
        Case("resnet50-predict", 32, 128, 1, target=0.4, unit="ms/image", settings="photo prediction"),
        Case("resnet50", 32, 64, 1, target=0.6, rounds=3, settings="photo training"),
        Case("mobilenet", 32, 128, 1, target=0.6, rounds=3, settings="photo training"),
        Case("mobilenet-third", 32, 128, 5, target=0.4, rounds=3, settings="photo training", plain_epochs=1),
        Case(
            "blog", 32, 200, 10, target=0.25, unit="s/job", rounds=1, settings="photo job", plain_epochs=2,
            cached_target=0.5,
        ),
        Case(
            "head", 32, 200, 20, target=0.05, unit="s/job", rounds=1, settings="photo job", plain_epochs=2,
            cached_target=0.5,
        ),
    )
}

STARTUP_TARGET_SECONDS = 0.3


@dataclass(frozen=True)
class Peer:
    name: str
    script: str
    environment: dict
    settings: dict  # lists of variants by what they are for; the first of a list is the one that --quick takes untried
    keeps_features: bool = False


def keras_variants(jits):
    return tuple({"jit_compile": jit, "steps_per_execution": steps} for jit in jits for steps in (50, 1))


def keras_prediction(jits):
    # Many steps in one execution gain nothing where a step is long; one setting tries it.
    return tuple(
        {"jit_compile": jit, "steps_per_execution": steps, "batch": batch}
        for jit in jits
        for batch, steps in ((256, 1), (64, 1), (64, 50))
    )


def photograph_settings(*variants):
    """Few, since trying one takes a minute."""
    return {"photo " + kind: variants for kind in ("prediction", "training", "job")}


PEERS = (
    Peer(
        "keras-tensorflow",
        "keras_worker.py",
        {"KERAS_BACKEND": "tensorflow"},
        {
            "training": keras_variants((False, True)),
            "prediction": keras_prediction((False, True)),
            **photograph_settings({"jit_compile": False}, {"jit_compile": "auto"}),
        },
    ),
    # Without jit_compile Keras on JAX runs operation by operation, a hundred times slower.
    Peer(
        "keras-jax",
        "keras_worker.py",
        {"KERAS_BACKEND": "jax"},
        {
            "training": keras_variants((True,)),
            "prediction": keras_prediction((True,)),
            **photograph_settings({"jit_compile": True}),
        },
    ),
    # Small steps may be faster on one thread than on two.
    Peer(
        "torch-eager",
        "torch_worker.py",
        {},
        {
            "training": ({"compile": "none"}, {"compile": "none", "threads": 1}),
            "prediction": ({"compile": "none", "batch": 64}, {"compile": "none", "batch": 256}),
            **photograph_settings({"compile": "none"}),
        },
    ),
    Peer(
        "torch-compile",
        "torch_worker.py",
        {},
        {
            "training": ({"compile": "step"}, {"compile": "step", "threads": 1}, {"compile": "model"}),
            "prediction": tuple(
                {"compile": "model", "freezing": freezing, "batch": batch}
                for freezing in (True, False)
                for batch in (64, 256)
            ),
            "photo prediction": ({"compile": "model", "freezing": True},),
            "photo training": ({"compile": "model"},),
            # Compiling the part that is trained, for two sizes of batches, in training and evaluation, takes too long.
            "photo job": ({"compile": "frozen"},),
        },
    ),
    # What a user may do by hand: the frozen part runs once for each sample, and what it gives is kept.
    Peer(
        "torch-cached",
        "torch_worker.py",
        {},
        {"photo job": ({"compile": "none", "cached": True}, {"compile": "frozen", "cached": True})},
        keeps_features=True,
    ),
)
