"""Checks that the code of the articles is code that the compiler reads: that of the programs in Examples.

Each Swift block must stand in one file of Examples, line by line, whatever its indentation. Each piece of code in the
last column of the tables in "From Keras to Thaw" must stand in the program FromKeras.
"""

import glob
import re
import sys

NAMES = "Sources/Thaw/Thaw.docc/FromKerasToThaw.md"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def contains(program, block):
    return any(program[i : i + len(block)] == block for i in range(len(program) - len(block) + 1))


def joined(text):
    # As on one line: `f(\n    a,\n    b)` reads `f(a, b)`.
    return re.sub(r"([(\[]) ", r"\1", re.sub(r"\s+", " ", text))


programs = {path: read(path) for path in sorted(glob.glob("Examples/Sources/**/*.swift", recursive=True))}
articles = sorted(glob.glob("Sources/*/*.docc/**/*.md", recursive=True))
problems, blocks, names = [], 0, 0

for article in articles:
    for block in re.findall(r"^```swift\n(.*?)^```$", read(article), re.MULTILINE | re.DOTALL):
        blocks += 1
        if not any(contains(lines(program), lines(block)) for program in programs.values()):
            problems.append(f"{article}: this code is in no file of Examples/Sources:\n{block}")

vocabulary = joined("\n".join(text for path, text in programs.items() if "/FromKeras/" in path))
for row in re.findall(r"^\|.*\|$", read(NAMES), re.MULTILINE):
    for name in re.findall(r"(?<!`)`([^`]+)`(?!`)", row.split(" | ")[-1]):
        # A word of prose, such as the label of an argument, has no call and no dot in it.
        if re.search(r"[.({]", name) is None:
            continue
        names += 1
        if name not in vocabulary:
            problems.append(f"{NAMES}: `{name}` is not in Examples/Sources/FromKeras.")

if not articles or not blocks or not names:
    problems.append("check_articles: there are no articles, blocks or names; is this the repository's folder?")
for problem in problems:
    print(problem, file=sys.stderr)
if problems:
    sys.exit(1)
print(f"articles: {blocks} blocks of code and {names} names are those of the examples.")
