"""regularization.json: the penalty of each regularizer, and what each constraint makes of a parameter."""

import numpy as np

from .common import header, keras, normal, number, tensor, write

REGULARIZERS = [("L1", dict(l1=0.02)), ("L2", dict(l2=0.03)), ("L1L2", dict(l1=0.02, l2=0.03))]
CONSTRAINTS = [
    ("MaxNorm", dict(max_value=1.0, axis=0)),
    ("MaxNorm", dict(max_value=0.5, axis=[0, 1, 2])),
    ("MinMaxNorm", dict(min_value=0.8, max_value=1.2, rate=0.3, axis=0)),
    ("NonNeg", dict()),
    ("UnitNorm", dict(axis=0)),
    ("UnitNorm", dict(axis=[0, 1, 2])),
]


def make(folder):
    generator = np.random.default_rng(31)
    matrix, kernel = normal(generator, (4, 5)), normal(generator, (2, 3, 2, 4))
    matrix[:, 2] = 0.0
    cases = []
    for name, arguments in REGULARIZERS:
        penalty = getattr(keras.regularizers, name)(**arguments)(keras.ops.convert_to_tensor(matrix))
        cases.append(
            {"regularizer": name, "arguments": arguments, "value": tensor(matrix), "penalty": number(float(penalty))}
        )
    for name, arguments in CONSTRAINTS:
        value = kernel if isinstance(arguments.get("axis"), list) else matrix
        result = getattr(keras.constraints, name)(**arguments)(keras.ops.convert_to_tensor(value))
        cases.append(
            {"constraint": name, "arguments": arguments, "value": tensor(value), "result": tensor(np.asarray(result))}
        )
    write(folder, "regularization.json", {"header": header(__doc__)}, cases)
