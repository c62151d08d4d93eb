"""Makes the HDF5 files of this folder with h5py 3.14 (HDF5 1.14), and beside each a JSON file with what h5py reads from it.

python make_hdf5.py          makes all
python make_hdf5.py --check  reads the files again and compares with the JSON, writes nothing
python make_hdf5.py --describe FOLDER FILES  copies any files to a folder, with such JSON, for THAW_TEST_HDF5=FOLDER
"""

import json
import os
import shutil
import sys

import h5py
import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
RANDOM = np.random.default_rng(7)


def values(*shape, dtype="float32"):
    return (np.arange(np.prod(shape, dtype=int)).reshape(shape) * 0.5 - 3).astype(dtype)


def scalars(file):
    kinds = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
    for kind in kinds:
        for order, name in (("<", "little"), (">", "big")):
            info = np.finfo(kind) if kind[0] == "f" else np.iinfo(kind)
            largest = min(info.max, 2**63 - 1) if kind == "u8" else info.max
            file[f"{name}/{kind}"] = np.array([info.min, 0, 1, 77, largest], order + kind)
    file["bool"] = np.array([[True, False], [False, True]])
    file["scalar"] = np.float32(1.5)
    file["int_scalar"] = np.int64(-7)
    file["empty"] = np.zeros((0, 4), "f4")
    file["null"] = h5py.Empty("f4")
    file["not_finite"] = np.array([np.nan, np.inf, -np.inf], "f4")
    file["opaque"] = np.frombuffer(b"abcdef", "V3")
    file["compound"] = np.array([1 + 2j], "c8")


def texts(file):
    file["fixed"] = np.array([b"one", b"three", b""], "S6")
    file.create_dataset("variable", data=["a", "", "\u00fc\u4e2d\U0001f600", "long " * 50], dtype=h5py.string_dtype())
    file.create_dataset("utf8", data=["\u00fc".encode(), b"xyz"], dtype=h5py.string_dtype("utf-8", 3))
    file["one"] = "a text"
    file["matrix"] = np.array([[b"a", b"b"], [b"c", b"d"]])


def attributes(target):
    target.attrs["text"] = "Gr\u00fc\u00dfe"
    target.attrs["bytes"] = b"plain"
    target.attrs["json"] = json.dumps({"layers": list(range(300))})
    target.attrs["fixed"] = np.bytes_("fixed length")
    target.attrs["names"] = [b"kernel:0", b"bias:0"]
    target.attrs["variable_names"] = ["kernel", "bias", ""]
    target.attrs["no_names"] = []
    # As Keras spreads names over several attributes, when one of all would be too large.
    for part in range(3):
        target.attrs[f"split{part}"] = [f"{part}/kernel:0".encode(), f"{part}/bias:0".encode()]
    target.attrs["number"] = 3
    target.attrs["rate"] = np.float64(1e-3)
    target.attrs["matrix"] = np.arange(6, dtype=">i2").reshape(2, 3)
    target.attrs["flag"] = True
    target.attrs["nothing"] = h5py.Empty("S1")


def many(file):
    for index in range(18):
        file.attrs[f"attribute_{index:02}"] = index
        file.create_group(f"links/group_{index:02}").attrs["index"] = index
    # More than a heap's managed objects may have.
    file.attrs["names"] = np.array([f"layer_{index}/kernel:0".encode() for index in range(260)], "S24")


def dense(file):
    """So many links that their heap has several rows of blocks, and their index several levels."""
    file["data"] = np.float32(1)
    for index in range(260):
        file[f"links/a_name_that_takes_room_{index:03}"] = file["data"]


def chunks(file):
    options = {
        "plain": {}, "gzip": {"compression": "gzip"}, "shuffle": {"compression": "gzip", "shuffle": True},
        "fletcher": {"fletcher32": True},
        "all": {"compression": "gzip", "compression_opts": 9, "shuffle": True, "fletcher32": True},
    }
    for name, option in options.items():
        file.create_dataset(f"{name}/matrix", data=values(7, 10), chunks=(3, 4), **option)
        if file.libver[0] == OLD and name != "all":
            # They have one kind of index, and it is large.
            continue
        file.create_dataset(f"{name}/single", data=values(5, 6, dtype=">f8"), chunks=(5, 6), **option)
        file.create_dataset(f"{name}/cube", data=values(3, 4, 5, dtype="i2"), chunks=(2, 3, 5), **option)
        file.create_dataset(f"{name}/grows", data=values(37), chunks=(2,), maxshape=(None,), **option)
        file.create_dataset(f"{name}/grows_second", data=values(3, 29), chunks=(2, 2), maxshape=(6, None), **option)
        file.create_dataset(f"{name}/grows_twice", data=values(9, 8), chunks=(2, 3), maxshape=(None, None), **option)
        file.create_dataset(f"{name}/limited", data=values(5, 4), chunks=(2, 2), maxshape=(9, 12), **option)


def sparse(file):
    file.create_dataset("never", shape=(3, 2), dtype="f4")
    file.create_dataset("never_filled", shape=(3,), dtype=">i4", fillvalue=-5)
    file.create_dataset("never_chunked", shape=(3, 5), dtype="f8", chunks=(2, 2), fillvalue=0.25)
    some = file.create_dataset("some", shape=(9, 9), dtype="f4", chunks=(2, 2), fillvalue=7, maxshape=(None, 12))
    some[4:6, 2:5] = 1
    smaller = file.create_dataset("smaller", data=values(8, 8), chunks=(3, 3), maxshape=(None, None))
    smaller.resize((4, 5))
    pages = file.create_dataset("pages", shape=(3000,), dtype="u1", chunks=(1,))
    pages[2500] = 3


def early(file):
    """Chunks that are not listed but lie one behind the other."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((2, 3))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((5, 7))
    dataset = h5py.h5d.create(file.id, b"implicit", h5py.h5t.IEEE_F32LE, space, plist)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values(5, 7))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, plist)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values(5, 7))


def links(file):
    file["group/data"] = values(3)
    file["same"] = file["group/data"]
    file["group/circle"] = file["group"]
    file["soft"] = h5py.SoftLink("/group/data")
    file["external"] = h5py.ExternalLink("/etc/passwd", "/data")
    file["type"] = np.dtype("f4")
    named = file.create_dataset("named", shape=(2,), dtype=file["type"])
    named[:] = [1, 2]
    named.attrs.create("typed", 4, dtype=file["type"])


def ordered(file):
    for name in ("zebra", "ant", "moose"):
        file.create_group(name, track_order=True).attrs["name"] = name
    for index in range(12):
        group = file["many"] if "many" in file else file.create_group("many", track_order=True)
        group[f"n{(index * 5) % 12}"] = np.float32(index)
        group.attrs[f"a{(index * 7) % 12}"] = index


def keras2(file):
    """A whole model as Keras 2 writes it."""
    file.attrs["backend"] = b"tensorflow"
    file.attrs["keras_version"] = b"2.4.0"
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}}).encode()
    weights = file.create_group("model_weights")
    weights.attrs["layer_names"] = [b"dense", b"flatten", b"bn"]
    weights.attrs["backend"] = b"tensorflow"
    weights.attrs["keras_version"] = b"2.4.0"
    layers = {
        "dense": {"kernel:0": values(4, 3), "bias:0": values(3)}, "flatten": {},
        "bn": {name: values(3) for name in ("gamma:0", "beta:0", "moving_mean:0", "moving_variance:0")},
    }
    for layer, arrays in layers.items():
        group = weights.create_group(layer)
        group.attrs["weight_names"] = [f"{layer}/{name}".encode() for name in arrays]
        for name, array in arrays.items():
            group[f"{layer}/{name}"] = array
    state = file.create_group("optimizer_weights")
    state["training/iter:0"] = np.int64(1719)


def keras3(file):
    """A weights file as Keras 3 writes it, with what it does to bfloat16."""
    for layer, arrays in {"dense": [values(4, 3), values(3)], "flatten": [], "dense_1": [values(3, 2)]}.items():
        group = file.create_group(f"layers/{layer}/vars")
        for index, array in enumerate(arrays):
            group[str(index)] = array
    # Keras hands an array of ml_dtypes.bfloat16 to h5py, which stores opaque bytes.
    data = np.array([0x3FC0, 0xC000, 0x0080], "<u2").view("V2")
    file.create_dataset("layers/half/vars/0", data=data).attrs["dtype"] = "bfloat16"
    file.create_group("vars")
    file.attrs["_layer_checkpoint_dependencies"] = "x"


OLD, NEW = "earliest", "latest"
FILES = {}
for content in (scalars, texts, many, chunks, sparse, early, links, keras2):
    for version in (OLD, NEW):
        FILES[f"{content.__name__}_{version}"] = (content, {"libver": version})
FILES["attributes_earliest"] = (attributes, {"libver": OLD})
FILES["attributes_latest"] = (attributes, {"libver": NEW})
FILES["dense"] = (dense, {"libver": NEW})
FILES["ordered"] = (ordered, {"libver": NEW, "track_order": True})
FILES["ordered_default"] = (ordered, {"track_order": True})
FILES["user_block"] = (keras2, {"userblock_size": 512})
FILES["version_2"] = (keras2, {"libver": ("v108", "v108")})
FILES["keras3"] = (keras3, {})


def value(array, element):
    """What a test compares: shape, type, and the values in a form that JSON has."""
    if isinstance(array, h5py.Empty):
        return {"shape": None, "type": str(array.dtype), "values": []}
    array = np.asarray(array)
    if element.kind in "SO" or h5py.check_string_dtype(element):
        flat = [x.decode() if isinstance(x, bytes) else str(x) for x in array.reshape(-1).tolist()]
        return {"shape": list(array.shape), "type": "text", "values": flat}
    if element.kind == "V":
        return {"shape": list(array.shape), "type": "opaque", "values": list(array.tobytes())}
    if element.kind == "c":
        return {"shape": list(array.shape), "type": "other", "values": []}
    native = array.astype(array.dtype.newbyteorder("="))
    if native.dtype.kind == "f":
        # Texts, exact in any precision, with names for what JSON lacks.
        flat = [repr(float(x)) for x in native.astype("f8").reshape(-1)]
    else:
        flat = [str(int(x)) for x in native.reshape(-1)]
    return {"shape": list(array.shape), "type": str(native.dtype), "values": flat}


def attributes_of(target):
    return [[name, value(target.attrs[name], target.attrs.get_id(name).dtype)] for name in target.attrs]


def describe(group, seen):
    """Groups with their names in order, each object once."""
    result = {"attributes": attributes_of(group), "members": []}
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            result["members"].append([name, {"link": "soft"}])
        elif isinstance(link, h5py.ExternalLink):
            result["members"].append([name, {"link": "external"}])
        elif isinstance(group[name], h5py.Datatype):
            result["members"].append([name, {"link": "type"}])
        elif isinstance(group[name], h5py.Group):
            if group[name] in seen:
                result["members"].append([name, {"link": "seen"}])
            else:
                result["members"].append([name, {"group": describe(group[name], seen + [group[name]])}])
        else:
            dataset = group[name]
            content = dataset[()]
            result["members"].append(
                [name, {"dataset": value(content, dataset.dtype), "attributes": attributes_of(dataset)}])
    return result


def described(path):
    with h5py.File(path, "r") as file:
        return json.dumps(describe(file, [file["/"]]), separators=(",", ":")) + "\n"


def describe_others(folder, paths):
    for path in paths:
        copy = os.path.join(folder, os.path.basename(path))
        shutil.copy(path, copy)
        with open(os.path.splitext(copy)[0] + ".json", "w", encoding="utf-8") as file:
            file.write(described(path))


def main():
    if "--describe" in sys.argv:
        describe_others(sys.argv[2], sys.argv[3:])
        return
    is_check = "--check" in sys.argv
    for name, (content, options) in FILES.items():
        path = os.path.join(FOLDER, f"{name}.h5")
        if not is_check:
            with h5py.File(path, "w", **options) as file:
                content(file)
        text = described(path)
        if is_check:
            with open(path[:-2] + "json", encoding="utf-8") as file:
                assert file.read() == text, name
        else:
            with open(path[:-2] + "json", "w", encoding="utf-8") as file:
                file.write(text)
        print(f"{name}: {os.path.getsize(path)} bytes, {len(text)} of JSON")


main()
