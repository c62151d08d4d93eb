"""schedules.json: what each learning-rate schedule gives at some steps.

The 1cycle schedule is none of Keras's; its numbers come from the formula in `one_cycle`, that of the book's callback.
"""

from .common import header, keras, number, write

CASES = [
    ("ExponentialDecay", dict(initial_learning_rate=0.01, decay_steps=20, decay_rate=0.1)),
    ("ExponentialDecay", dict(initial_learning_rate=0.01, decay_steps=20, decay_rate=0.1, staircase=True)),
    ("InverseTimeDecay", dict(initial_learning_rate=0.01, decay_steps=1, decay_rate=0.0001)),
    ("InverseTimeDecay", dict(initial_learning_rate=0.5, decay_steps=7, decay_rate=0.3, staircase=True)),
    ("PiecewiseConstantDecay", dict(boundaries=[5, 15], values=[0.01, 0.005, 0.001])),
    ("PolynomialDecay", dict(initial_learning_rate=0.1, decay_steps=30)),
    ("PolynomialDecay", dict(initial_learning_rate=0.1, decay_steps=9, end_learning_rate=0.01, power=2.0, cycle=True)),
    ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=30)),
    ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=30, alpha=0.1)),
    ("CosineDecay", dict(initial_learning_rate=0.0, decay_steps=30, warmup_target=0.2, warmup_steps=8)),
]
STEPS = tuple(range(0, 21)) + (29, 30, 31, 37, 38, 39, 45, 100)
ONE_CYCLE = dict(steps=100, maximum=0.05)


def one_cycle(step, steps, maximum):
    start, last_steps = maximum / 10, steps // 10 + 1
    last, half = start / 1000, (steps - last_steps) // 2

    def between(begin, end, a, b):
        return (b - a) * (step - begin) / (end - begin) + a

    if step < half:
        return between(0, half, start, maximum)
    if step < 2 * half:
        return between(half, 2 * half, maximum, start)
    return between(2 * half, steps, start, last)


def make(folder):
    cases = []
    for name, arguments in CASES:
        schedule = getattr(keras.optimizers.schedules, name)(**arguments)
        rates = [number(float(schedule(float(step)))) for step in STEPS]
        cases.append({"schedule": name, "arguments": arguments, "rates": rates})
    rates = [number(one_cycle(step, **ONE_CYCLE)) for step in STEPS]
    cases.append({"schedule": "OneCycle", "arguments": ONE_CYCLE, "rates": rates})
    write(folder, "schedules.json", {"header": header(__doc__.split("\n")[0]), "steps": list(STEPS)}, cases)
