"""What is measured: the cases, the peers, and the settings each peer may choose its best from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    batch: int
    samples: int
    epochs: int  # per round, so that a round takes about a second
    target: float  # our time as a share of the best peer's
    unit: str = "ms/step"
    reported: float | None = None  # what the published experiment with this net took for a step, on a laptop

    def value(self, answer, epochs):
        """Milliseconds per step or per image of one answered round."""
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
        Case("predict", batch=64, samples=3_200, epochs=2, target=0.4, unit="ms/image"),
    )
}

STARTUP_TARGET_SECONDS = 0.3


@dataclass(frozen=True)
class Peer:
    name: str
    script: str
    environment: dict
    training: tuple  # variants; the first is the one that --quick takes untried
    prediction: tuple


def keras_variants(jits):
    return tuple({"jit_compile": jit, "steps_per_execution": steps} for jit in jits for steps in (50, 1))


def keras_prediction(jits):
    # Many steps in one execution gain nothing where a step is long; one setting tries it.
    return tuple(
        {"jit_compile": jit, "steps_per_execution": steps, "batch": batch}
        for jit in jits
        for batch, steps in ((256, 1), (64, 1), (64, 50))
    )


PEERS = (
    Peer(
        "keras-tensorflow",
        "keras_worker.py",
        {"KERAS_BACKEND": "tensorflow"},
        keras_variants((False, True)),
        keras_prediction((False, True)),
    ),
    # Without jit_compile Keras on JAX runs operation by operation, a hundred times slower.
    Peer(
        "keras-jax",
        "keras_worker.py",
        {"KERAS_BACKEND": "jax"},
        keras_variants((True,)),
        keras_prediction((True,)),
    ),
    # Small steps may be faster on one thread than on two.
    Peer(
        "torch-eager",
        "torch_worker.py",
        {},
        ({"compile": "none"}, {"compile": "none", "threads": 1}),
        ({"compile": "none", "batch": 64}, {"compile": "none", "batch": 256}),
    ),
    Peer(
        "torch-compile",
        "torch_worker.py",
        {},
        ({"compile": "step"}, {"compile": "step", "threads": 1}, {"compile": "model"}),
        tuple(
            {"compile": "model", "freezing": freezing, "batch": batch}
            for freezing in (True, False)
            for batch in (64, 256)
        ),
    ),
)
