"""Makes torch/ with PyTorch 2.15.0: checkpoints in both formats, and what must be refused; torch.json has the values.

python make_torch.py
"""

import argparse
import collections
import datetime
import json
import os
import pathlib

import numpy as np
import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch")
os.makedirs(FOLDER, exist_ok=True)
torch.manual_seed(7)

TYPES = {torch.int8: "int32", torch.int16: "int32", torch.uint16: "int32", torch.uint32: "int64", torch.uint64: "int64"}


def described(name, tensor):
    dtype = TYPES.get(tensor.dtype, str(tensor.dtype).split(".")[1])
    flat = tensor.detach().contiguous().reshape(-1)
    kind = (lambda value: repr(float(value))) if tensor.is_floating_point() else (lambda value: str(int(value)))
    return {"name": name, "dtype": dtype, "shape": list(tensor.shape), "values": [kind(value) for value in flat.tolist()]}


expected = {"read": {}, "refused": {}}


def save(name, value, path, tensors, zip=True, protocol=2, left_out={}):
    torch.save(value, os.path.join(FOLDER, name), pickle_protocol=protocol, _use_new_zipfile_serialization=zip)
    expected["read"][name] = {
        "format": "zip" if zip else "legacy", "path": path, "tensors": [described(*pair) for pair in tensors],
        "left_out": dict(left_out),
    }


def refuse(name, value, part, zip=True):
    torch.save(value, os.path.join(FOLDER, name), _use_new_zipfile_serialization=zip)
    expected["refused"][name] = part


def network():
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 2), torch.nn.BatchNorm2d(2), torch.nn.Linear(2, 1))


model = network()
state = model.state_dict()
for protocol in (2, 3, 4, 5):
    save(f"state_{protocol}.pt", state, [], state.items(), protocol=protocol)
    save(f"legacy_{protocol}.pt", state, [], state.items(), zip=False, protocol=protocol)

optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
model[2](torch.ones(3, 2)).sum().backward()
optimizer.step()
parallel = collections.OrderedDict(("module." + name, value) for name, value in model.state_dict().items())
checkpoint = {
    "epoch": 3, "arch": "tiny", "best": 0.5, "flags": (True, None, [1, -2, 2**40]), "raw": b"\x00\xff", "size": torch.Size([2, 3]),
    "type": torch.float16, "device": torch.device("cpu"), "numpy": np.float64(1.25), "whole": np.int64(-4), "float": np.float32(0.5),
    "truth": np.bool_(True), "names": {"a"}, "counts": collections.Counter([2, 2, 3]),
    "state_dict": parallel, "optimizer": optimizer.state_dict(),
}
save("checkpoint.pt", checkpoint, ["state_dict"], parallel.items())
save("checkpoint_legacy.pt", checkpoint, ["state_dict"], parallel.items(), zip=False)
save("checkpoint_4.pt", checkpoint, ["state_dict"], parallel.items(), protocol=4)
save("nested.pt", {"model": {"state_dict": {"w": torch.ones(1)}}, "step": 1}, ["model", "state_dict"], [("w", torch.ones(1))])
save("model_state.pt", {"model_state_dict": state}, ["model_state_dict"], state.items())
save("groups.pt", {"encoder": {"w": torch.ones(2)}, "heads": [torch.zeros(1), {"b": torch.ones(1)}]}, [],
     [("encoder.w", torch.ones(2)), ("heads.0", torch.zeros(1)), ("heads.1.b", torch.ones(1))])
save("tensor.pt", torch.arange(3), [], [("tensor", torch.arange(3))])
save("parameter.pt", torch.nn.Parameter(torch.ones(2)), [], [("tensor", torch.ones(2))], zip=False)

base = torch.arange(24, dtype=torch.float32)
views = {
    "whole": base, "matrix": base.view(4, 6), "transposed": base.view(4, 6).t(), "part": base[5:9], "column": base.view(4, 6)[:, 2],
    "steps": base[1::5], "permuted": base.view(2, 3, 4).permute(2, 0, 1), "expanded": torch.tensor([1.0, 2.0]).expand(3, 2),
    "scalar": base[7], "empty": base[3:3], "alias": base,
}
save("views.pt", views, [], views.items())
save("views_legacy.pt", views, [], views.items(), zip=False)

types = {str(kind).split(".")[1]: torch.tensor([0, 1, 100], dtype=kind) for kind in (
    torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64,
    torch.bool, torch.uint16, torch.uint32, torch.uint64)}
types["negative"] = torch.tensor([-128, -1], dtype=torch.int8)
types["fraction"] = torch.tensor([-1.5, 0.1], dtype=torch.bfloat16)
save("types.pt", types, [], types.items())
old = {name: value for name, value in types.items() if value.dtype not in (torch.uint16, torch.uint32, torch.uint64)}
save("types_legacy.pt", old, [], old.items(), zip=False)

refuse("module.pt", model, "torch.nn.modules.container.Sequential")
refuse("module_legacy.pt", model, "torch.nn.modules.container.Sequential", zip=False)
namespace = {"args": argparse.Namespace(a=1, path=pathlib.PurePosixPath("a")), "w": torch.ones(1)}
for protocol in (2, 4):
    save(f"namespace_{protocol}.pt", namespace, [], [("w", torch.ones(1))], protocol=protocol,
         left_out={"args": "argparse.Namespace"})
objects = {
    "large": 2**80, "class": torch.optim.Adam, "module": torch.nn.Linear(1, 1), "array": np.ones(2), "date": datetime.date(2026, 1, 2),
    "sparse": torch.eye(2).to_sparse(), "float8": torch.zeros(2, dtype=torch.float8_e4m3fn), "path": pathlib.PurePosixPath("a"),
    "complex": torch.zeros(2, dtype=torch.complex64), "double": torch.zeros(3, dtype=torch.complex128), "many": collections.defaultdict(list, a=[torch.ones(3)]),
    "state_dict": {"w": torch.ones(2), "phase": torch.zeros(2, dtype=torch.complex64)},
}
names = {
    "large": "a whole number of more than 64 bits", "class": "torch.optim.adam.Adam", "module": "torch.nn.modules.linear.Linear",
    "array": "numpy._core.multiarray._reconstruct", "date": "datetime.date", "sparse": "torch._utils._rebuild_sparse_tensor",
    "float8": "a tensor of torch.float8_e4m3fn", "path": "pathlib._local.PurePosixPath",
    "complex": "a tensor of torch.ComplexFloatStorage", "double": "a tensor of torch.ComplexDoubleStorage",
    "state_dict.phase": "a tensor of torch.ComplexFloatStorage",
}
names["path"] = f"{type(objects['path']).__module__}.PurePosixPath"
save("objects.pt", objects, ["state_dict"], [("w", torch.ones(2))], left_out=names)
# The older format cannot hold the 8-bit type.
del objects["float8"], names["float8"]
save("objects_legacy.pt", objects, ["state_dict"], [("w", torch.ones(2))], zip=False, left_out=names)
refuse("array.pt", {"a": np.ones(2)}, "_reconstruct")
refuse("complex.pt", torch.zeros(2, dtype=torch.complex64), "torch.ComplexFloatStorage")
refuse("float8.pt", torch.zeros(2, dtype=torch.float8_e4m3fn), "float8_e4m3fn")
refuse("sparse.pt", torch.eye(2).to_sparse(), "_rebuild_sparse_tensor")
refuse("large.pt", {"n": 2**80}, "64 bits")


class Attack:
    def __reduce__(self):
        return (os.system, ("touch /tmp/thaw-was-here",))


refuse("attack.pt", {"w": torch.ones(1), "x": Attack()}, "posix.system")
refuse("attack_legacy.pt", {"w": torch.ones(1), "x": Attack()}, "posix.system", zip=False)

with open(FOLDER + ".json", "w", encoding="utf-8") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
print(len(expected["read"]), "files,", len(expected["refused"]), "refused")
