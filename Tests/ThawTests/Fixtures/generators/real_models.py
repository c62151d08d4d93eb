"""real_models.json: what Keras 2 predicts with models that others trained; the models are not part of the project.

THAW_REAL_DATA names the folder they are in. Inputs follow from a formula: element k of an input is
(7919 k mod 1000) / 1000 * (high - low) + low.
"""

import os

import tf_keras

from .common import header, np, tensor, write

MODELS = [
    ("mlperf_tiny/pretrainedResnet.h5", 0, 255),
    ("mlperf_tiny/str_ww_ref_model.h5", -1, 1),
    ("teachable_machine/waste_classifier.h5", -1, 1),
]
SAMPLES = 2


def make_case(folder, path, low, high):
    tf_keras.backend.set_floatx("float32")
    model = tf_keras.models.load_model(os.path.join(folder, path), compile=False)
    shape = (SAMPLES,) + tuple(model.input_shape[1:])
    numbers = (7919 * np.arange(np.prod(shape))) % 1000 / 1000 * (high - low) + low
    predictions = model.predict(numbers.reshape(shape).astype("float32"), verbose=0)
    return {
        "path": path,
        "low": low,
        "high": high,
        "parameters": model.count_params(),
        "layers": len(model.layers),
        "predictions": tensor(predictions),
    }


def make(folder):
    models = os.environ.get("THAW_REAL_DATA")
    if not models:
        print("real_models.json: left as it is, since THAW_REAL_DATA names no folder with the models.")
        return
    write(
        folder,
        "real_models.json",
        {"header": header(__doc__.split("\n")[0]) | {"tf_keras": tf_keras.__version__}},
        [make_case(models, *model) for model in MODELS],
    )
