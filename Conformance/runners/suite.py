"""Reads the cases, has a library take their steps, and says what held. What every runner shares; needs NumPy only.

A runner is a subclass of Library and a call of main(). See ../README.md.
"""

import argparse
import json
import math
import pathlib
import traceback

import numpy

FOLDER = pathlib.Path(__file__).resolve().parent.parent
# Two results agree when max|a - b| is at most this share of max|b|, and differ visibly above the other.
CLOSE = 1e-5
VISIBLE = 1e-3
# Set by --traceback.
PRINTS_TRACEBACKS = False


class NotApplicable(Exception):
    """The library has no way to say what a step asks for; the message is the reason."""


class Failed(Exception):
    """An expectation did not hold; the message says what was seen."""


class Library:
    """What a library has to be able to do. One object runs one case.

    Parameters are known by path, `backbone/norm/gamma`, in Keras's names and layouts; arrays are NumPy's.
    Images are `[n, height, width, channels]`.
    """

    # The column's heading, the versions that ran, and what was called to do what the steps say.
    name = ""
    versions = {}
    idioms = {}

    def build(self, net, weights, training):
        """Makes the net with these weights; `training` is the case's optimizer and loss."""
        raise NotImplementedError

    def compile(self, keeps_optimizer):
        """Makes the model ready for training, with a new optimizer or with the one it has."""
        raise NotImplementedError

    def freeze(self, layer):
        raise NotImplementedError

    def unfreeze(self, layer, keeps_normalization_frozen):
        raise NotImplementedError

    def train(self, x, y, steps):
        """Takes steps on one batch as the library trains; returns the loss of the last, as reported."""
        raise NotImplementedError

    def predict(self, x, in_training_mode):
        raise NotImplementedError

    def evaluate(self, x, y):
        """Returns the loss as the library evaluates."""
        raise NotImplementedError

    def save(self, folder):
        raise NotImplementedError

    def load(self, folder):
        """Replaces the model by what save wrote."""
        raise NotImplementedError

    def parameters(self):
        """All weights and statistics by path, copied."""
        raise NotImplementedError

    def trainable(self):
        """The paths of the parameters that training would change."""
        raise NotImplementedError


def tensor(value):
    return numpy.array(value["values"], dtype=numpy.float64).reshape(value["shape"])


def load_cases(names=()):
    """The cases in the order of their numbers, checked against the schema if jsonschema is there."""
    files = sorted((FOLDER / "cases").glob("*.json"))
    cases = [json.loads(file.read_text()) for file in files]
    for file, case in zip(files, cases):
        if not file.stem.endswith("-" + case["name"]):
            raise SystemExit(f"{file} holds the case {case['name']}; file and case have the same name.")
        case["file"] = f"cases/{file.name}"
    try:
        import jsonschema
    except ImportError:
        pass
    else:
        validator = jsonschema.Draft202012Validator(json.loads((FOLDER / "schema.json").read_text()))
        for case in cases:
            content = {key: value for key, value in case.items() if key != "file"}
            for error in validator.iter_errors(content):
                raise SystemExit(f"{case['file']}: {'/'.join(map(str, error.path))}: {error.message}")
    unknown = set(names) - {case["name"] for case in cases}
    if unknown:
        raise SystemExit(f"There is no case {', '.join(sorted(unknown))}.")
    return [case for case in cases if not names or case["name"] in names]


class Run:
    """One case on one library."""

    def __init__(self, case, library, folder):
        self.case, self.library, self.folder = case, library, folder
        # What parameters, outputs and losses were after each step that has a name.
        self.parameters, self.outputs, self.losses = {}, {}, {}

    def run(self):
        case, library = self.case, self.library
        weights = {path: tensor(value) for path, value in case["weights"].items()}
        library.build(case["net"], weights, case["training"])
        start = library.parameters()
        for path, value in weights.items():
            if not numpy.array_equal(start[path], value.astype(start[path].dtype)):
                raise AssertionError(f"the runner did not set {path}")
        if set(start) != set(weights):
            raise AssertionError(f"the net has the parameters {sorted(start)}, the case {sorted(weights)}")
        self.parameters["start"] = start
        for number, step in enumerate(case["steps"], 1):
            output, loss = self.take(step)
            now = library.parameters()
            for expectation in step.get("expect", []):
                try:
                    self.check(expectation, now, output, loss)
                except Failed as failure:
                    raise Failed(f"step {number} ({describe(step)}): {failure}") from None
            name = step.get("as")
            if name:
                self.parameters[name], self.outputs[name], self.losses[name] = now, output, loss

    def batch(self, step):
        data = self.case["data"][step["data"]]
        x, y = tensor(data["x"]), tensor(data["y"]) if "y" in data else None
        if "samples" in step:
            x = x[step["samples"]]
            y = None if y is None else y[step["samples"]]
        return x, y

    def take(self, step):
        library, action = self.library, step["do"]
        if action == "compile":
            library.compile(step.get("optimizer", "new") == "kept")
        elif action == "freeze":
            library.freeze(step["layer"])
        elif action == "unfreeze":
            library.unfreeze(step["layer"], step.get("keepingNormalizationFrozen", False))
        elif action == "train":
            return None, library.train(*self.batch(step), step["steps"])
        elif action == "predict":
            return library.predict(self.batch(step)[0], step["mode"] == "training"), None
        elif action == "evaluate":
            return None, library.evaluate(*self.batch(step))
        elif action == "save":
            library.save(self.folder)
        elif action == "load":
            library.load(self.folder)
        else:
            raise AssertionError(f"unknown step {action}")
        return None, None

    def check(self, expectation, now, output, loss):
        that = expectation["that"]
        if that in ("unchanged", "changed", "movedAtMost"):
            before = self.parameters[expectation["since"]]
            paths = expand(expectation["parameters"], now)
            moved = {path: distance(now[path], before[path]) for path in paths}
            if that == "unchanged":
                guilty = [path for path in paths if not same_bits(now[path], before[path])]
                words = "changed since"
            elif that == "changed":
                guilty = [path for path in paths if same_bits(now[path], before[path])]
                words = "did not change since"
            else:
                limit = expectation["limit"]
                guilty = [path for path in paths if not moved[path] <= limit]
                words = f"moved by more than {limit:g} since"
            if guilty:
                seen = ", ".join(
                    path if that == "changed" else f"{path} (by {moved[path]:.3g})" for path in guilty)
                raise Failed(f"{seen} {words} {place(expectation['since'])}")
        elif that == "parametersAre":
            for path, value in expectation["values"].items():
                expect_close(now[path], tensor(value), f"{path} is not what the reference gives")
        elif that == "outputIs":
            expect_close(output, tensor(expectation["values"]), "the output is not what the reference gives")
        elif that in ("outputCloseTo", "outputDiffers"):
            other = self.outputs[expectation["output"]]
            if "samples" in expectation:
                other = other[expectation["samples"]]
            if that == "outputCloseTo":
                expect_close(output, other, f"the output is not that of {expectation['output']}")
            else:
                expect_visible(output, other, f"the output is that of {expectation['output']}")
        elif that in ("lossCloseTo", "lossDiffers"):
            other = self.losses[expectation["loss"]]
            if that == "lossCloseTo":
                words = f"the loss is {loss:.6g}, that of {expectation['loss']} was {other:.6g}"
                expect_close(loss, other, words)
            else:
                expect_visible(loss, other, f"the loss is that of {expectation['loss']}")
        elif that == "trainable":
            expected, got = set(expand(expectation["parameters"], now)), set(self.library.trainable())
            if expected != got:
                more, less = sorted(got - expected), sorted(expected - got)
                words = [f"{', '.join(more)} trainable too"] if more else []
                words += [f"{', '.join(less)} not trainable"] if less else []
                raise Failed("; ".join(words))
        else:
            raise AssertionError(f"unknown expectation {that}")


def expand(paths, parameters):
    """The parameters that are meant: by their path, or all those inside a layer."""
    result = []
    for path in paths:
        found = [key for key in parameters if key == path or key.startswith(path + "/")]
        if not found:
            raise Failed(f"there is no {path} any more")
        result += found
    return result


def same_bits(left, right):
    return left.shape == right.shape and left.tobytes() == right.tobytes()


def distance(left, right):
    return float(numpy.max(numpy.abs(left.astype(numpy.float64) - right))) if left.shape == right.shape else math.inf


def deviation(value, reference):
    value, reference = numpy.asarray(value, numpy.float64), numpy.asarray(reference, numpy.float64)
    if value.shape != reference.shape:
        return math.inf
    scale = float(numpy.max(numpy.abs(reference)))
    worst = float(numpy.max(numpy.abs(value - reference)))
    return worst / scale if scale else (0.0 if worst == 0 else math.inf)


def expect_close(value, reference, words):
    share = deviation(value, reference)
    if not share <= CLOSE:
        raise Failed(f"{words}: it differs by {share:.2g} of the largest")


def expect_visible(value, reference, words):
    share = deviation(value, reference)
    if not share > VISIBLE:
        raise Failed(f"{words}: it differs by {share:.2g} of the largest only")


def place(name):
    return "the start" if name == "start" else f"the step {name}"


def describe(step):
    words = [step["do"]]
    if "layer" in step:
        words.append(step["layer"])
    if step.get("keepingNormalizationFrozen"):
        words.append("but normalization")
    if "steps" in step:
        words.append(f"{step['steps']} steps" if step["steps"] > 1 else "1 step")
    if "mode" in step:
        words.append(f"in {step['mode']} mode")
    return " ".join(words)


def run_case(case, library, folder):
    """The result of a case: holds, fails, notApplicable or error, and the evidence."""
    try:
        Run(case, library, folder).run()
    except NotApplicable as reason:
        return {"result": "notApplicable", "detail": str(reason)}
    except Failed as failure:
        return {"result": "fails", "detail": str(failure)}
    except Exception as error:
        if PRINTS_TRACEBACKS:
            traceback.print_exc()
        words = " ".join(str(error).split())
        return {"result": "error", "detail": f"{type(error).__name__}: {words if len(words) < 300 else words[:300] + ' ...'}"}
    return {"result": "holds", "detail": ""}


def main(make, describe_library):
    """Runs the cases; `make()` gives a fresh Library, `describe_library` is one to ask for its name."""
    import tempfile

    parser = argparse.ArgumentParser()
    parser.add_argument("--case", action="append", default=[], help="run this one only; may be repeated")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--traceback", action="store_true", help="show where errors come from")
    options, _ = parser.parse_known_args()
    global PRINTS_TRACEBACKS
    PRINTS_TRACEBACKS = options.traceback
    results = {}
    for case in load_cases(options.case):
        with tempfile.TemporaryDirectory() as folder:
            results[case["name"]] = run_case(case, make(), pathlib.Path(folder))
        result = results[case["name"]]
        print(f"{result['result']:14} {case['name']}  {result['detail']}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({
            "library": describe_library.name, "versions": describe_library.versions,
            "idioms": describe_library.idioms, "cases": results}, indent=2))
    return results
