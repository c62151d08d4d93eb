"""Measures whole `fit` and `predict` calls beside Keras 3 and PyTorch, turn by turn. See README.md.

Started by scripts/bench, which builds the tool and makes the peers' environment.
"""

import argparse
import json
import os
import statistics
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, ROOT)

from harness import report  # noqa: E402
from harness.cases import CASES, PEERS, PHOTOGRAPHS, STARTUP_TARGET_SECONDS  # noqa: E402
from harness.workers import Worker, WorkerError, first_step_seconds, idle_share  # noqa: E402


def say(text):
    print(text, file=sys.stderr, flush=True)


class Contestant:
    """Us or a peer: how its worker is started, and the settings to try in a case."""

    def __init__(self, name, command, environment, settings=None, keeps_features=True):
        self.name, self.command, self.environment = name, command, environment
        self.settings, self.keeps_features = settings, keeps_features

    def variants(self, case):
        """Empty if it does not take part."""
        return ({},) if self.settings is None else self.settings.get(case.settings, ())

    def epochs(self, case, options):
        """How many epochs a round has: all of a job if features are kept, since the first then takes longer."""
        if case.plain_epochs and not self.keeps_features and not options.whole:
            return case.plain_epochs
        return 1 if options.quick and not case.plain_epochs else case.epochs

    def start(self, case, variant, options):
        """A worker that is built, compiled and warm."""
        worker = Worker(self.name, self.command, self.environment)
        try:
            worker.versions = worker.read(120).get("versions", {})
            worker.variant = variant
            prepared = worker.ask(
                {
                    "case": case.name,
                    "prepare": True,
                    "samples": case.samples,
                    "batch": case.batch,
                    "threads": options.threads,
                    "variant": variant,
                },
                timeout=1800,
            )
            worker.answers = [prepared]
            return worker
        except WorkerError:
            worker.close()
            raise

    def best_worker(self, case, options):
        """The worker of the variant that trains an epoch fastest; the others are ended again."""
        variants = self.variants(case)
        if options.quick or len(variants) == 1:
            return self.start(case, variants[0], options)
        best, best_time, failure = None, None, None
        for variant in variants:
            try:
                worker = self.start(case, variant, options)
                value = case.value(worker.run(case, 1), 1)
            except WorkerError as error:
                failure = error
                say(f"  {self.name} {variant}: {error}")
                continue
            say(f"  {self.name} {variant}: {value:.3f} {case.unit}")
            if best is None or value < best_time:
                best, best_time, worker = worker, value, best
            if worker:
                worker.close()
        if best is None:
            raise failure
        return best


def contestants(options):
    found = []
    if options.ours:
        if os.access(options.ours, os.X_OK):
            found.append(
                Contestant("thaw", [options.ours, "bench-worker"], {"THAW_THREADS": str(options.threads)})
            )
        else:
            say(f"there is no executable at {options.ours}; measuring the peers only")
    for peer in PEERS:
        if options.peers and (not options.only or peer.name in options.only):
            script = os.path.join(ROOT, "peers", peer.script)
            found.append(
                Contestant(
                    peer.name, [options.python, script], peer.environment, peer.settings, peer.keeps_features
                )
            )
    return found


def measure(case, players, options):
    """All rounds of one case. Every worker lives for the case only, so that peak memory is the case's own."""
    entries, workers = {}, []
    players = {player.name: player for player in players if player.variants(case)}
    rounds = options.rounds or case.rounds
    for player in players.values():
        try:
            worker = player.best_worker(case, options)
            workers.append(worker)
            entries[player.name] = {
                "variant": worker.variant,
                "versions": worker.versions,
                "rounds": [],
                "others": [],
                "peakResidentBytes": None,
            }
        except WorkerError as error:
            entries[player.name] = {"error": str(error)}
            say(f"  {player.name}: {error}")
    shares = idle_share(workers) if workers else {}
    for turn in range(rounds):
        # Another one begins each round, so that nobody always follows the same neighbour.
        for worker in workers[turn % len(workers) :] + workers[: turn % len(workers)] if workers else []:
            entry = entries[worker.name]
            if "error" in entry:
                continue
            epochs = players[worker.name].epochs(case, options)
            try:
                answer = worker.run(case, epochs)
                entry["rounds"].append(case.value(answer, epochs))
                entry["others"].append(answer.get("others"))
                entry["peakResidentBytes"] = answer["peak_rss_bytes"]
                entry["epochs"] = epochs
            except WorkerError as error:
                entry["error"] = str(error)
    for worker in workers:
        worker.close()
        losses = [answer.get("loss") for answer in worker.answers]
        entries[worker.name] |= {
            "parameters": worker.answers[0].get("parameters"),
            "firstLoss": losses[0],
            "lastLoss": losses[-1],
        }
    for entry in entries.values():
        if entry.get("rounds"):
            entry["median"] = statistics.median(entry["rounds"])
    medians = {name: entry["median"] for name, entry in entries.items() if "median" in entry}
    rivals = {name: value for name, value in medians.items() if name not in ("thaw", "torch-cached")}
    best = min(rivals, key=rivals.get, default=None)
    ratio = medians["thaw"] / rivals[best] if best and "thaw" in medians else None
    passed = None if ratio is None else ratio <= case.target
    cached = medians["thaw"] / medians["torch-cached"] if {"thaw", "torch-cached"} <= medians.keys() else None
    if cached and cached > case.cached_target:
        passed = False
    if case.reported and medians.get("thaw", 0) > case.reported:
        passed = False
    return {
        "case": case.name,
        "unit": case.unit,
        "batch": case.batch,
        "samples": case.samples,
        "epochs": case.epochs,
        "contestants": entries,
        "idleShare": shares,
        "bestPeer": best,
        "ratio": ratio,
        "target": case.target,
        "cachedRatio": cached,
        "cachedTarget": case.cached_target,
        "reported": case.reported,
        "pass": passed,
        "concerns": report.concerns(case, {worker.name: worker.answers for worker in workers}),
    }


def measure_startup(players, options):
    """Medians of fresh processes; the first of each warms the file cache and is not counted."""
    seconds = {}
    for player in players:
        if player.name in ("torch-compile", "torch-cached"):
            continue
        try:
            times = [
                first_step_seconds(player.command + ["--first-step"], player.environment)
                for _ in range(2 if options.quick else 4)
            ]
            seconds[player.name] = statistics.median(times[1:])
        except WorkerError as error:
            say(f"  startup of {player.name}: {error}")
    return seconds


def save(options, description, results, startup):
    """Writes what is known so far, whole or not at all, so that a stopped run keeps its finished cases."""
    if not options.json:
        return
    document = {
        "machine": description,
        "threads": options.threads,
        "rounds": options.rounds,
        "quick": options.quick,
        "cases": results,
        "startupSeconds": startup,
    }
    temporary = options.json + ".partial"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
    os.replace(temporary, options.json)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = [*CASES, "startup"]
    names = [*default, *PHOTOGRAPHS]
    parser.add_argument(
        "--cases",
        default=",".join(default),
        help=f"of {','.join(names)}; photographs for all from {list(PHOTOGRAPHS)[0]} on; all before these by default",
    )
    parser.add_argument("--rounds", type=int, help="turns each contestant gets (by default what the case has)")
    parser.add_argument(
        "--quick", action="store_true", help="one epoch a round, peers at their likely best settings"
    )
    parser.add_argument(
        "--whole", action="store_true", help="let all peers do all epochs of a job, rather than some of them"
    )
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="measure Thaw alone")
    parser.add_argument("--only", default="", help="names of peers to keep, with commas between")
    parser.add_argument("--json", metavar="FILE", help="write every number to this file, anew after each case")
    parser.add_argument("--ours", default=os.environ.get("THAW", ""), help="the thaw executable")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the peers")
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count(), help="for all contestants that can be told"
    )
    options = parser.parse_args()
    options.cases = [
        name for given in options.cases.split(",") for name in (PHOTOGRAPHS if given == "photographs" else [given])
    ]
    options.only = [name for name in options.only.split(",") if name]
    for name in options.cases:
        if name not in names:
            parser.error(f"there is no case named {name}; there are {', '.join(names)}")
    for name in options.only:
        if name not in [peer.name for peer in PEERS]:
            parser.error(f"there is no peer named {name}; there are {', '.join(p.name for p in PEERS)}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("there must be at least one round")
    return options


def main():
    options = parse()
    players = contestants(options)
    names = [player.name for player in players]
    description = report.machine()
    results, startup, interrupted = [], {}, False
    try:
        for name in options.cases:
            say(f"{name}:")
            if name == "startup":
                startup = measure_startup(players, options)
                say("  " + report.startup_line(startup))
            else:
                results.append(measure((CASES | PHOTOGRAPHS)[name], players, options))
                say("  " + report.case_line(results[-1]))
            save(options, description, results, startup)
    except KeyboardInterrupt:
        interrupted = True
        say("\ninterrupted; these cases were complete:")
    taking_part = {name for result in results for name in result["contestants"]}
    names = [name for name in names if name != "torch-cached" or name in taking_part]
    counts = {options.rounds or (CASES | PHOTOGRAPHS)[result["case"]].rounds for result in results} or {0}
    print(
        f"{description['processor']}, {description['cores']} cores, load before {description['loadBefore']}; "
        f"medians of {', '.join(str(count) for count in sorted(counts))} rounds\n"
    )
    if results:
        print(report.case_table(results, names), report.memory_table(results, names), sep="\n\n")
    if startup:
        print("\n" + report.startup_table(startup, [name for name in names if name not in ("torch-compile", "torch-cached")]))
    print("\n" + report.notes(results))
    if interrupted:
        return 130
    failed = any(
        result["pass"] is False or "error" in result["contestants"].get("thaw", {}) for result in results
    )
    slow_start = startup.get("thaw", 0) > STARTUP_TARGET_SECONDS or (
        "startup" in options.cases and "thaw" in names and "thaw" not in startup
    )
    return 1 if failed or slow_start else 0


if __name__ == "__main__":
    sys.exit(main())
