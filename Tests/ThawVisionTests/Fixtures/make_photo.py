"""Makes photo.json: what MobileNet of alpha 0.25 sees in a photograph, by Keras.

    pip install keras==3.15.1 jax==0.10.2 pillow==13.0.0
    python make_photo.py FOLDER

FOLDER is what THAW_REAL_DATA names; the photograph is keras-applications' own, tests/data/elephant.jpg there. "pixels" is the SHA-256
digest of the resized picture's bytes, "average" the mean of each feature, "every" the features at every 31st place.
"""

import hashlib
import json
import os
import sys
import tempfile

import numpy as np

import applications_interop as interop

HERE = os.path.dirname(os.path.abspath(__file__))


def main(folder):
    with tempfile.TemporaryDirectory() as place:
        pixels = os.path.join(place, "pixels.npy")
        outputs = interop.photo(
            os.path.join(folder, "photos/elephant.jpg"),
            os.path.join(folder, "mobilenet_025/mobilenet_2_5_224_tf_no_top.h5"), pixels)["outputs"]
        digest = hashlib.sha256(np.load(pixels).tobytes()).hexdigest()
    features = np.array(outputs["values"]).reshape(outputs["shape"])
    short = lambda array: [float(f"{value:.6g}") for value in array]  # noqa: E731
    result = {
        "pixels": digest, "shape": outputs["shape"], "average": short(features.mean((0, 1, 2))),
        "every": short(features.reshape(-1)[::31]),
    }
    with open(os.path.join(HERE, "photo.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
