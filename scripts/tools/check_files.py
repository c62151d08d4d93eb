"""Reads the files that Thaw's tests wrote, with TensorBoard's reader, the safetensors library, NumPy, zipfile and h5py, and compares.

check_files.py FOLDER
"""

import glob
import json
import os
import sys
import zipfile

import h5py
import numpy as np
from safetensors import deserialize, safe_open
from tensorboard.backend.event_processing.directory_loader import DirectoryLoader
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import TimestampedEventFileLoader
from tensorboard.util import tensor_util

FOLDER = sys.argv[1]


def path(*names):
    return os.path.join(FOLDER, *names)


def load(name):
    with open(path(name), encoding="utf-8") as file:
        return json.load(file)


def accumulator(run):
    result = EventAccumulator(path("logs", run), size_guidance={"scalars": 0, "histograms": 0})
    result.Reload()
    return result


def check_scalars(history):
    train, validation = accumulator("train"), accumulator("validation")
    count = 0
    for name, values in history.items():
        run, tag = (validation, name[4:]) if name.startswith("val_") else (train, name)
        events = run.Scalars(f"epoch_{tag}")
        assert [event.step for event in events] == list(range(len(values))), name
        assert [event.value for event in events] == [np.float32(value) for value in values], name
        count += len(events)
    batches = train.Scalars("batch_loss")
    assert [event.step for event in batches] == list(range(1, 13)), batches
    rates = [event.value for event in train.Scalars("batch_learning_rate")]
    assert rates == [np.float32(0.1)] * 12, rates
    assert [event.step for event in validation.Scalars("evaluation_loss_vs_iterations")] == [4, 8, 12]
    return count + len(batches) + len(rates)


def check_histograms(weights):
    train = accumulator("train")
    for name, values in weights.items():
        events = train.Histograms(f"{name}/histogram")
        assert [event.step for event in events] == [0, 1, 2], name
        last = events[-1].histogram_value
        values = np.array(values)
        assert last.num == values.size and sum(last.bucket) == values.size, name
        assert (last.min, last.max) == (values.min(), values.max()), name
        assert np.isclose(last.sum, values.sum()) and np.isclose(last.sum_squares, (values**2).sum()), name
        edges = np.array([last.min] + list(last.bucket_limit))
        if values.min() < values.max():
            counts, _ = np.histogram(values, bins=edges)
            assert abs(counts - np.array(last.bucket)).max() <= 1, name
    return 3 * len(weights)


def check_migration():
    """TensorBoard's own server reads a folder so, and turns values into tensors before it shows them."""
    count = 0
    for run in ("train", "validation"):
        for event in DirectoryLoader(path("logs", run), TimestampedEventFileLoader).Load():
            for value in event.summary.value:
                array = tensor_util.make_ndarray(value.tensor)
                assert array.shape == () or array.shape[1] == 3, value.tag
                count += 1
    assert count > 0
    return count


def check_safetensors(weights):
    with safe_open(path("model.safetensors"), framework="numpy") as file:
        assert file.metadata() == {"format": "thaw"}, file.metadata()
        assert sorted(file.keys()) == sorted(weights), sorted(file.keys())
        for name, values in weights.items():
            assert file.get_tensor(name).reshape(-1).tolist() == values, name
    # Every element type, byte for byte as in the file that the library itself wrote.
    reference = os.path.join(os.path.dirname(__file__), "../../Tests/ThawFormatsTests/Fixtures/reference.safetensors")
    with open(reference, "rb") as theirs, open(path("thaw.safetensors"), "rb") as ours:
        expected, got = dict(deserialize(theirs.read())), dict(deserialize(ours.read()))
    assert expected.keys() == got.keys(), got.keys()
    for name, entry in expected.items():
        for field in ("dtype", "shape", "data"):
            assert entry[field] == got[name][field], (name, field)
    return len(weights) + len(expected)


# What NPYFileTests.tensors holds.
ARRAYS = {
    "float32": np.array([[-1.5, 0, 0.1], [np.inf, 2.0**-140, 3]], "<f4"),
    "float64": np.array([-1e300, 2.5e-308], "<f8"),
    "float16": np.array([1.5, -65504, 6e-8], "<f2"),
    "int64": np.array([-(2**63), 2**63 - 1], "<i8"),
    "int32": np.array([[-(2**31), 2**31 - 1]], "<i4"),
    "uint8": np.array([0, 128, 255], "u1"),
    "bool": np.array([True, False, True]),
    "scalar": np.array(7, "<f4"),
    "nothing": np.zeros((0, 5), "<f4"),
    "deep": np.ones((1, 1, 2, 1, 3), "<f4"),
}


def check_numpy():
    def same(got, expected, name):
        assert got.dtype == expected.dtype and got.shape == expected.shape, (name, got.dtype, got.shape)
        assert got.tobytes() == expected.tobytes(), name

    for name, expected in ARRAYS.items():
        same(np.load(path(f"{name}.npy"), allow_pickle=False), expected, name)
    for archive in ("stored.npz", "deflated.npz"):
        with np.load(path(archive), allow_pickle=False) as arrays:
            assert sorted(arrays.files) == sorted([*ARRAYS, "block/dense:0"]), arrays.files
            for name, expected in ARRAYS.items():
                same(arrays[name], expected, f"{archive}, {name}")
            same(arrays["block/dense:0"], np.ones((300, 100), "<f4"), archive)
    return 3 * len(ARRAYS) + 2


def check_zip():
    with zipfile.ZipFile(path("thaw.zip")) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["b.txt", "a/deep/er", "a/empty", "ü"], archive.namelist()
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in archive.infolist())
        assert archive.read("b.txt") == b"one two three, "
        assert archive.read("a/deep/er") == bytes([7]) * 300_000
        assert archive.read("a/empty") == b"" and archive.read("ü") == bytes(range(256))
        return len(archive.namelist())


def check_hdf5():
    """The arrays of the safetensors reference, some more, and each kind of attribute."""
    reference = os.path.join(os.path.dirname(__file__), "../../Tests/ThawFormatsTests/Fixtures/reference.safetensors")
    with open(reference, "rb") as file:
        expected = {name: entry for name, entry in deserialize(file.read()) if not name.startswith("odd")}
    types = {"F64": "f8", "F32": "f4", "F16": "f2", "BF16": "V2", "I64": "i8", "I32": "i4", "U8": "u1", "BOOL": "?"}
    with h5py.File(path("thaw.h5"), "r") as file:
        for name, entry in expected.items():
            dataset = file[name]
            assert dataset.dtype == np.dtype(types[entry["dtype"]]), (name, dataset.dtype)
            assert list(dataset.shape) == list(entry["shape"]), (name, dataset.shape)
            assert dataset[()].tobytes() == bytes(entry["data"]), name
        assert file["brain"].attrs["dtype"] == "bfloat16"
        assert file["matrix"].shape == (2, 3, 4, 5) and file["matrix"][1, 2, 3, 4] == 59.5
        assert file["Gr\u00f6\u00dfe/kernel:0"][()].tolist() == [[1, 2], [3, 4]]
        assert list(file["empty"]) == ["inner"]
        texts = [file["empty"].attrs[f"text{index}"] for index in range(4)]
        assert texts == ["", "plain", "Gr\u00fc\u00dfe \u4e2d\U0001f600", "long " * 30000]
        assert file.attrs["names"].tolist() == [f"layer_{index}/kernel:0".encode() for index in range(40)]
        assert [name.decode() for name in file["matrix"].attrs["names"]] == ["\u00fc", "", "abc"]
        assert file.attrs["none"].shape == (0,)
        parts = sorted((name for name in file.attrs if name.startswith("many")), key=lambda name: int(name[4:]))
        many = [name.decode() for part in parts for name in file.attrs[part]]
        assert len(parts) > 1 and many == [f"{index}" + "x" * 500 for index in range(300)]
        assert file.attrs["a_scalar"] == 7 and file.attrs["a_flag"].tolist() == [True, False, True]
        return len(expected) + len(file.attrs)


history, weights = load("history.json"), load("weights.json")
assert len(glob.glob(path("logs", "*", "events.out.tfevents.*"))) == 2
print("TensorBoard reads", check_scalars(history), "scalars and", check_histograms(weights), "histograms,")
print("its server", check_migration(), "values; safetensors reads", check_safetensors(weights), "tensors;")
print("NumPy reads", check_numpy(), "arrays, zipfile", check_zip(), "entries, h5py", check_hdf5(), "arrays and attributes.")
