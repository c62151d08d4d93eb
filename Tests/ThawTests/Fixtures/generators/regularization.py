"""regularization.json: the penalty of each regularizer, and what each constraint makes of a parameter."""

import numpy as np

from .common import header, keras, normal, number, tensor, write

REGULARIZERS = [("L1", dict(l1=0.02)), ("L2", dict(l2=0.03)), ("L1L2", dict(l1=0.02, l2=0.03))]
# Of the angles between a matrix's rows or columns.
ORTHOGONAL = [("OrthogonalRegularizer", dict(factor=0.05, mode=mode)) for mode in ("rows", "columns")]
CONSTRAINTS = [
    ("MaxNorm", dict(max_value=1.0, axis=0)),
    ("MaxNorm", dict(max_value=0.5, axis=[0, 1, 2])),
    ("MinMaxNorm", dict(min_value=0.8, max_value=1.2, rate=0.3, axis=0)),
    ("NonNeg", dict()),
    ("UnitNorm", dict(axis=0)),
    ("UnitNorm", dict(axis=[0, 1, 2])),
]

MORE_CONSTRAINTS = [
    ("MaxNorm", dict(max_value=2, axis=0)),
    ("MinMaxNorm", dict(min_value=0.9, max_value=1.0, rate=1.0, axis=[0, 1, 2])),
]


def regularizer_case(name, arguments, value):
    regularizer = getattr(keras.regularizers, name)(**arguments)
    if name == "OrthogonalRegularizer":
        # Kept as a float32 tensor otherwise.
        regularizer.factor = np.float64(arguments["factor"])
    penalty = number(float(regularizer(keras.ops.convert_to_tensor(value))))
    return {"regularizer": name, "arguments": arguments, "value": tensor(value), "penalty": penalty}


def constraint_case(name, arguments, matrix, kernel):
    value = kernel if isinstance(arguments.get("axis"), list) else matrix
    result = np.asarray(getattr(keras.constraints, name)(**arguments)(keras.ops.convert_to_tensor(value)))
    return {"constraint": name, "arguments": arguments, "value": tensor(value), "result": tensor(result)}


def make(folder):
    generator = np.random.default_rng(31)
    matrix, kernel = normal(generator, (4, 5)), normal(generator, (2, 3, 2, 4))
    matrix[:, 2] = 0.0
    cases = [regularizer_case(name, arguments, matrix) for name, arguments in REGULARIZERS]
    cases += [constraint_case(name, arguments, matrix, kernel) for name, arguments in CONSTRAINTS]
    cases += [regularizer_case(name, arguments, kernel) for name, arguments in REGULARIZERS]
    cases += [regularizer_case(name, arguments, matrix) for name, arguments in ORTHOGONAL]
    cases += [constraint_case(name, arguments, matrix, kernel) for name, arguments in MORE_CONSTRAINTS]
    write(folder, "regularization.json", {"header": header(__doc__)}, cases)
