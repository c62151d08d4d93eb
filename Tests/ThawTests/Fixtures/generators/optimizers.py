"""optimizers.json: fifty steps of every optimizer from one start along one recorded sequence of gradients.

All cases share `start`, `gradients` (a list of steps, each with a gradient per variable) and
`learningRateFactors`, pairs of (step counted from 1, factor on the first learning rate) that take
effect before that step. Each case holds the variables after the steps in `recordedSteps`; with a moving average of
weights also the averages then, and the variables after the averages have taken their place at the end.
"""

import numpy as np

from . import references
from .common import header, keras, normal, number, tensor, write

STEPS = 50
RECORDED = (1, 2, 3, 10, 21, 50)
FACTORS = ((21, 0.5), (36, 0.125))
SHAPES = ((3, 4), (4,))

CASES = [
    ("SGD", dict(learning_rate=0.05)),
    ("SGD", dict(learning_rate=0.05, momentum=0.9)),
    ("SGD", dict(learning_rate=0.05, momentum=0.9, nesterov=True)),
    ("SGD", dict(learning_rate=0.05, clipvalue=0.5)),
    ("SGD", dict(learning_rate=0.05, clipnorm=1.0)),
    ("SGD", dict(learning_rate=0.05, global_clipnorm=1.0)),
    ("SGD", dict(learning_rate=0.05, weight_decay=0.01)),
    ("Adam", dict(learning_rate=0.001)),
    ("Adam", dict(learning_rate=0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5)),
    ("AdamW", dict(learning_rate=0.01)),
    ("AdamW", dict(learning_rate=0.01, weight_decay=0.1)),
    ("Nadam", dict(learning_rate=0.01)),
    ("Adamax", dict(learning_rate=0.01)),
    ("RMSprop", dict(learning_rate=0.01)),
    ("RMSprop", dict(learning_rate=0.01, rho=0.8, momentum=0.5)),
    ("RMSprop", dict(learning_rate=0.01, centered=True)),
    ("Adagrad", dict(learning_rate=0.05)),
    ("Adadelta", dict(learning_rate=1.0)),
    ("SGD", dict(learning_rate=0.05, use_ema=True, ema_momentum=0.9)),
    ("Adam", dict(learning_rate=0.01, use_ema=True, ema_momentum=0.99)),
    ("Adam", dict(learning_rate=0.01, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=7)),
]


def make_case(name, arguments, start, gradients):
    optimizer = getattr(keras.optimizers, name)(**arguments)
    if optimizer.weight_decay:
        # The TensorFlow backend casts the decay itself, through float32 unless it is a NumPy scalar.
        optimizer.weight_decay = np.float64(optimizer.weight_decay)
    if optimizer.use_ema:
        optimizer.ema_momentum = np.float64(optimizer.ema_momentum)
    variables = [keras.Variable(value, name=f"variable_{i}") for i, value in enumerate(start)]
    optimizer.build(variables)
    factors, after, averages, check = dict(FACTORS), [], [], None
    for step, step_gradients in enumerate(gradients, start=1):
        if step in factors:
            optimizer.learning_rate = arguments["learning_rate"] * factors[step]
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in step_gradients], variables)
        if optimizer.use_ema and not optimizer.ema_overwrite_frequency:
            # The definition, in NumPy: the first value, then a share of each.
            values, momentum = [v.numpy() for v in variables], arguments["ema_momentum"]
            check = values if step == 1 else [momentum * a + (1 - momentum) * v for a, v in zip(check, values)]
            for average, expected in zip(optimizer._model_variables_moving_average, check):
                references.require_close(f"{name}'s average", average.numpy(), expected)
        if step in RECORDED:
            after.append([tensor(variable.numpy()) for variable in variables])
            if optimizer.use_ema:
                averages.append([tensor(a.numpy()) for a in optimizer._model_variables_moving_average])
    config = {
        key: number(value) if isinstance(value, float) else value
        for key, value in optimizer.get_config().items()
        if isinstance(value, (int, float, bool)) and "ema" not in key
    }
    config["learning_rate"] = arguments["learning_rate"]
    case = {"optimizer": name, "arguments": config, "after": after}
    if optimizer.use_ema:
        config |= {key: value for key, value in arguments.items() if "ema" in key}
        optimizer.finalize_variable_values(variables)
        case |= {"averages": averages, "finalized": [tensor(variable.numpy()) for variable in variables]}
    return case


def make(folder):
    generator = np.random.default_rng(21)
    start = [normal(generator, shape) for shape in SHAPES]
    # A drift and a changing size, so that moments and clipping have something to follow.
    gradients = [
        [normal(generator, shape, scale=1.0 + step % 7 / 3) + 0.25 for shape in SHAPES]
        for step in range(STEPS)
    ]
    gradients = [[np.round(g, 3) for g in step] for step in gradients]
    cases = [make_case(name, arguments, start, gradients) for name, arguments in CASES]
    top = {
        "header": header(__doc__.split("\n")[0]),
        "start": [tensor(value) for value in start],
        "gradients": [[tensor(g) for g in step] for step in gradients],
        "learningRateFactors": [list(pair) for pair in FACTORS],
        "recordedSteps": list(RECORDED),
    }
    write(folder, "optimizers.json", top, cases)
