#!/usr/bin/env python3
"""Makes ../RESULTS.md of the runners' results: table.py FILE.json ..., one file for each column, in order."""

import argparse
import datetime
import json
import pathlib
import platform

import suite

MARKS = {"holds": "yes", "fails": "**no**", "error": "*refuses*", "notApplicable": "–"}
OBSERVED = {**MARKS, "holds": "as here", "fails": "otherwise"}


def line(cells):
    return "| " + " | ".join(cells) + " |"


def table(cases, columns, marks):
    yield line(["case"] + [column["library"] for column in columns])
    yield line(["---"] + [":---:"] * len(columns))
    for case in cases:
        yield line(
            [f"[{case['title']}]({case['file']})"]
            + [marks[column["cases"][case["name"]]["result"]] for column in columns])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", nargs="+")
    parser.add_argument("--output", default=str(suite.FOLDER / "RESULTS.md"))
    options = parser.parse_args()
    cases = suite.load_cases()
    columns = [json.loads(pathlib.Path(file).read_text()) for file in options.results]
    promises = [case for case in cases if case["kind"] == "promise"]
    controls = [case for case in cases if case["kind"] == "control"]
    observations = [case for case in cases if case["kind"] == "observation"]
    versions = {name: version for column in columns for name, version in column["versions"].items() if name != "thaw"}
    today = datetime.datetime.now(datetime.timezone.utc).date()
    text = [
        "# Who keeps which promise", "",
        "Made by `scripts/conformance`; not edited by hand. [README.md](README.md) says what the cases are.", "",
        f"{today}, Python {platform.python_version()}, {platform.system()} {platform.machine()}: "
        + ", ".join(f"{name} {version}" for name, version in sorted(versions.items())) + ".", "",
        "**yes**: the case holds. **no**: it does not; the evidence is below. **–**: the library has no way to say what the case "
        "says; the reason is below. *refuses*: the library raised an error.", "",
        "## Promises", "", *table(promises, columns, MARKS),
        line(["**kept, of those that can be said**"] + [
            "{} of {}".format(
                sum(column["cases"][case["name"]]["result"] == "holds" for case in promises),
                sum(column["cases"][case["name"]]["result"] != "notApplicable" for case in promises))
            for column in columns]), "",
        "## Controls", "",
        "What is not frozen moves as it should; otherwise a library in which nothing ever moves would keep most promises.", "",
        *table(controls, columns, MARKS), "",
        "## Observations", "",
        "What libraries may do one way or another; here as Thaw does it, or otherwise.", "",
        *table(observations, columns, OBSERVED), "",
        "## What was called, and what was seen", "",
    ]
    for column in columns:
        ran = ", ".join(f"{name} {version}" for name, version in column["versions"].items())
        text += [f"### {column['library']}", "", ran + ".", ""]
        text += [f"- *{what}*: {how}" for what, how in column["idioms"].items()] + [""]
        seen = [(case, column["cases"][case["name"]]) for case in cases]
        for result, heading in (
            ("fails", "Does not hold, or is otherwise:"), ("error", "Refused, with an error:"), ("notApplicable", "Cannot be said:")
        ):
            found = [(case, outcome) for case, outcome in seen if outcome["result"] == result]
            if found:
                text += [heading, ""]
                text += [f"- [{case['title']}]({case['file']}): {outcome['detail'].rstrip('.')}." for case, outcome in found] + [""]
    pathlib.Path(options.output).write_text("\n".join(text).rstrip() + "\n")


if __name__ == "__main__":
    main()
