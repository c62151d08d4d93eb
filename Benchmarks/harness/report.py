"""The table and the machine's description."""

import os
import platform

from harness.cases import STARTUP_TARGET_SECONDS


def machine():
    """What the numbers were measured on."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    processor = line.split(":", 1)[1].strip()
                    break
    except OSError:
        pass
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "loadBefore": round(os.getloadavg()[0], 2),
    }


def milliseconds(value):
    return "-" if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def verdict(passed):
    return {None: "-", True: "yes", False: "no"}[passed]


def concerns(case, answers):
    """Signs that contestants of a case do not do the same work, from all their answers by name."""
    found = []
    counts = {name: given[0].get("parameters") for name, given in answers.items() if given}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        found.append(f"NOT THE SAME NET, trainable parameters: {listed}")
    if case.unit == "ms/image":
        return found  # Nothing is trained, and each takes the batch that is best for it.
    for name, given in answers.items():
        for answer in given[1:]:
            if answer["steps"] != case.steps(answer["epochs"]):
                found.append(
                    f"NOT THE SAME WORK, {name} took {answer['steps']} steps, not {case.steps(answer['epochs'])}"
                )
                break
        losses = [answer.get("loss") for answer in given]
        if None in losses or len(losses) > 1 and not losses[-1] < losses[0]:
            found.append(f"{name} DOES NOT LEARN, loss of its first and last epoch: {losses[0]}, {losses[-1]}")
    return found


def case_line(result):
    """One finished case in a line, for whoever watches."""
    medians = [
        f"{name} {milliseconds(entry['median'])}" if "median" in entry else f"{name} failed"
        for name, entry in result["contestants"].items()
    ]
    line = f"{', '.join(medians)} {result['unit']}"
    if result["ratio"] is None:
        return line
    return f"{line}; {result['ratio']:.2f} of {result['bestPeer']}, target {result['target']:.2f}"


def startup_line(startup):
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in startup.items())


def row(cells):
    return "| " + " | ".join(cells) + " |"


def case_table(results, names):
    """Medians per case and contestant, the best peer, our share of its time, and both targets."""
    peers = [name for name in names if name != "thaw"]
    lines = [row(["case", "unit", "thaw"] + peers + ["best peer", "ratio", "target", "reported", "pass"])]
    lines.append("|" + "---|" * (len(peers) + 8))
    for result in results:
        medians = {name: entry.get("median") for name, entry in result["contestants"].items()}
        lines.append(
            row(
                [result["case"], result["unit"]]
                + [milliseconds(medians.get(name)) for name in ["thaw"] + peers]
                + [
                    result["bestPeer"] or "-",
                    "-" if result["ratio"] is None else f"{result['ratio']:.2f}",
                    f"{result['target']:.2f}",
                    milliseconds(result["reported"]),
                    verdict(result["pass"]),
                ]
            )
        )
    return "\n".join(lines)


def memory_table(results, names):
    """Peak resident memory in MiB."""
    lines = [row(["peak memory, MiB"] + names), "|" + "---|" * (len(names) + 1)]
    for result in results:
        peaks = [result["contestants"].get(name, {}).get("peakResidentBytes") for name in names]
        lines.append(row([result["case"]] + ["-" if p is None else str(round(p / 2**20)) for p in peaks]))
    return "\n".join(lines)


def startup_table(startup, names):
    lines = [row(["start to first step, s"] + names + ["target", "pass"]), "|" + "---|" * (len(names) + 3)]
    values = [startup.get(name) for name in names]
    seconds = startup.get("thaw")
    lines.append(
        row(
            ["mlp32"]
            + ["-" if v is None else f"{v:.2f}" for v in values]
            + [f"{STARTUP_TARGET_SECONDS:.2f}", verdict(seconds and seconds <= STARTUP_TARGET_SECONDS)]
        )
    )
    return "\n".join(lines)


def notes(results):
    """The settings each peer chose, and what failed or was not quiet."""
    lines = []
    for result in results:
        for name, entry in result["contestants"].items():
            if entry.get("variant"):
                lines.append(f"- {result['case']}, {name}: best with {entry['variant']}")
            if entry.get("epochs") and result["unit"] == "s/job" and entry["epochs"] < result["epochs"]:
                lines.append(
                    f"- {result['case']}, {name}: SCALED, {entry['epochs']} of {result['epochs']} epochs were measured"
                )
            others = [share for share in entry.get("others", []) if share is not None]
            if others and max(others) > 0.2:
                shares = ", ".join(f"{share:.1f}" for share in others)
                lines.append(f"- {result['case']}, {name}: NOISY, in its rounds others used {shares} cores")
            if entry.get("error"):
                lines.append(f"- {result['case']}, {name}: FAILED: {entry['error']}")
        if result.get("cachedRatio"):
            lines.append(
                f"- {result['case']}: {result['cachedRatio']:.2f} of PyTorch with features cached by hand, "
                f"target {result['cachedTarget']:.2f}"
            )
        lines += [f"- {result['case']}: {concern}" for concern in result.get("concerns", [])]
        for name, share in result.get("idleShare", {}).items():
            if name == "other processes":
                if share > 0.1:
                    lines.append(
                        f"- {result['case']}: NOISY, other processes used {share:.2f} cores; "
                        "two-thread contestants suffer most, do not trust the ratio"
                    )
            elif share > 0.02:
                lines.append(
                    f"- {result['case']}, {name} used {share:.0%} of a core while it should have waited"
                )
    return "\n".join(lines)
