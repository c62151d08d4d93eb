"""Makes numpy/ with NumPy 2.4.6: arrays of every type, order and version, archives, and what must be refused; numpy.json has the values.

python make_numpy.py
"""

import json
import os

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "numpy")

# NumPy's types, and the tensors that they become.
TYPES = {
    "b1": "bool", "u1": "uint8", "i1": "int32", "u2": "int32", "i2": "int32", "u4": "int64", "i4": "int32",
    "u8": "int64", "i8": "int64", "f2": "float16", "f4": "float32", "f8": "float64",
}


def values_of(code):
    if code == "b1":
        return [True, False, True, True, False, True]
    if code[0] == "f":
        return [-1.5, 0, 0.099975586, 3, -65504, 2.0**-14]
    width = 8 * int(code[1])
    top = 2 ** (width - 1) - 1
    return [0, 1, top, 7, 2 * top + 1 if width < 64 else top, 9] if code[0] == "u" else [0, 1, top, -7, -top - 1, 9]


def described(array):
    # As texts: JSON readers round whole numbers of 64 bits.
    return {
        "dtype": TYPES[array.dtype.str[1:]],
        "shape": list(array.shape),
        "values": [str(int(value)) if array.dtype.kind != "f" else repr(float(value)) for value in array.reshape(-1)],
    }


def write(name, array, version=(1, 0)):
    with open(os.path.join(FOLDER, name), "wb") as file:
        np.lib.format.write_array(file, array, version=version, allow_pickle=True)


expected = {"read": {}, "refused": {}, "archives": {}}
for code in TYPES:
    for order in "<>" if code[1] != "1" else "|":
        array = np.array(values_of(code), dtype=order + code).reshape(2, 3)
        name = f"{code}_{'big' if order == '>' else 'little'}.npy"
        write(name, array)
        expected["read"][name] = described(array)

cube = np.arange(24, dtype="<f4").reshape(2, 3, 4)
for name, array, version in [
    ("fortran.npy", np.asfortranarray(cube), (1, 0)),
    ("fortran_big.npy", np.asfortranarray(cube.astype(">i2")), (1, 0)),
    ("second.npy", cube[0], (2, 0)),
    ("third.npy", cube[1], (3, 0)),
    ("scalar.npy", np.array(2.5), (1, 0)),
    ("vector.npy", np.arange(5, dtype="<i4"), (1, 0)),
    ("empty.npy", np.zeros((0, 5), "<f4"), (1, 0)),
    ("axes.npy", np.arange(4, dtype="<f8").reshape([1] * 20 + [2, 1, 2]), (1, 0)),
]:
    write(name, array, version)
    expected["read"][name] = described(array)

for name, array, part in [
    ("object.npy", np.array([{}, None], dtype=object), "execute"),
    ("structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]), "structured"),
    ("complex.npy", np.zeros(2, dtype="<c8"), "complex"),
    ("text.npy", np.array(["a", "bc"]), "texts"),
    ("void.npy", np.zeros(2, dtype="V2"), "|V2"),
    ("date.npy", np.zeros(2, dtype="<M8[s]"), "<M8[s]"),
    ("long.npy", np.zeros(2, dtype="<f16"), "<f16"),
    ("above.npy", np.array([2**63], dtype="<u8"), "int64"),
]:
    write(name, array)
    expected["refused"][name] = part

arrays = {"dense/kernel:0": cube, "bias": np.array([1, -2], ">f8"), "arr_0": np.array(True), "ü": np.asfortranarray(cube[0])}
np.savez(os.path.join(FOLDER, "stored.npz"), **arrays)
np.savez_compressed(os.path.join(FOLDER, "deflated.npz"), **arrays)
for name in ("stored.npz", "deflated.npz"):
    expected["archives"][name] = [{"name": key, **described(array)} for key, array in arrays.items()]

with open(FOLDER + ".json", "w", encoding="utf-8") as file:
    json.dump(expected, file, indent=1, ensure_ascii=True)
    file.write("\n")
print(len(expected["read"]), "arrays,", len(expected["refused"]), "refused,", len(expected["archives"]), "archives")
