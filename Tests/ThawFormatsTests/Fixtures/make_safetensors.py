"""Makes reference.safetensors with PyPI's safetensors 0.8.0: every element type that Thaw has, a scalar, nothing, odd names.

python make_safetensors.py
"""

import ctypes
import json
import os
import struct

import numpy as np
from safetensors import TensorSpec, serialize_file

FOLDER = os.path.dirname(os.path.abspath(__file__))


BUFFERS = []


def entry(dtype, shape, data):
    BUFFERS.append(ctypes.create_string_buffer(data, max(1, len(data))))
    return TensorSpec(dtype=dtype, shape=shape, data_ptr=ctypes.addressof(BUFFERS[-1]), data_len=len(data))


TENSORS = {
    "block/dense_1/kernel": entry("float32", [2, 3], np.array([-1.5, 0, 0.1, np.inf, 2.0**-140, 3], "<f4").tobytes()),
    "double": entry("float64", [2], np.array([-1e300, 2.5e-308], "<f8").tobytes()),
    "half": entry("float16", [3], np.array([1.5, -65504, 6e-8], "<f2").tobytes()),
    # 1.5, -2 and the smallest normal number, as upper halves of float32.
    "brain": entry("bfloat16", [3], struct.pack("<3H", 0x3FC0, 0xC000, 0x0080)),
    "long": entry("int64", [2], np.array([-(2**63), 2**63 - 1], "<i8").tobytes()),
    "int": entry("int32", [1, 2], np.array([-(2**31), 2**31 - 1], "<i4").tobytes()),
    "byte": entry("uint8", [3], bytes([0, 128, 255])),
    "flag": entry("bool", [3], bytes([1, 0, 1])),
    "scalar": entry("float32", [], struct.pack("<f", 7)),
    "nothing": entry("float32", [0, 5], b""),
    'odd "name" \\ \u00fc\u4e2d\U0001f600\n': entry("uint8", [1], bytes([9])),
}

path = os.path.join(FOLDER, "reference.safetensors")
serialize_file(TENSORS, path, metadata={"format": "pt", "note": 'a "text"\t\u00fc'})
with open(path, "rb") as file:
    bytes_ = file.read()
print(len(bytes_), "bytes;", json.dumps(json.loads(bytes_[8 : 8 + struct.unpack("<Q", bytes_[:8])[0]]))[:200])
