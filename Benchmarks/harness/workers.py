"""Long-lived child processes that speak JSON lines; the driver's side of the protocol."""

import json
import os
import select
import subprocess
import tempfile
import time


class WorkerError(Exception):
    """A worker said that it failed, was silent for too long, or ended."""


class Worker:
    """One child process. Requests are answered one at a time; between them it sleeps on its input."""

    def __init__(self, name, command, environment):
        self.name = name
        self.answers = []
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env={**os.environ, **environment},
        )
        self.pending = b""

    def read(self, timeout):
        """The next line that is a JSON object; anything else a library printed is passed over."""
        deadline = time.monotonic() + timeout
        while True:
            while b"\n" in self.pending:
                line, self.pending = self.pending.split(b"\n", 1)
                if line.startswith(b"{"):
                    answer = json.loads(line)
                    if "error" in answer:
                        raise WorkerError(answer["error"])
                    return answer
            left = deadline - time.monotonic()
            if left <= 0:
                raise WorkerError(f"no answer within {timeout} s")
            if select.select([self.process.stdout], [], [], left)[0]:
                chunk = os.read(self.process.stdout.fileno(), 65536)
                if not chunk:
                    raise WorkerError(f"ended with status {self.process.wait()}: {self.last_words()}")
                self.pending += chunk

    def ask(self, request, timeout=600):
        try:
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(f"ended: {self.last_words()}") from None
        return self.read(timeout)

    def run(self, case, epochs):
        """Runs a prepared case; the answer is kept, to compare the work that the contestants do.

        It also says how many cores all other processes used meanwhile, where /proc tells.
        """
        busy, own, start = machine_busy_seconds(), self.processor_seconds(), time.monotonic()
        answer = self.ask({"case": case.name, "run": True, "epochs": epochs}, timeout=1800)
        if None not in (busy, own):
            others = machine_busy_seconds() - busy - (self.processor_seconds() - own)
            answer["others"] = max(0.0, others / (time.monotonic() - start))
        self.answers.append(answer | {"epochs": epochs})
        return answer

    def last_words(self):
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return " | ".join(lines[-3:])[-400:] or "it printed nothing"

    def processor_seconds(self):
        """Processor time used so far, or None where /proc does not tell."""
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


def machine_busy_seconds():
    """Processor time that the whole machine has spent on work, or None where /proc does not tell."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(field) for field in file.readline().split()[1:9]]
    except OSError:
        return None
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def idle_share(workers, seconds=1.0):
    """Processor use while all workers wait, in cores: of each worker, and of all other processes."""
    before = {worker.name: worker.processor_seconds() for worker in workers}
    busy = machine_busy_seconds()
    time.sleep(seconds)
    shares = {
        worker.name: (worker.processor_seconds() - before[worker.name]) / seconds
        for worker in workers
        if before[worker.name] is not None
    }
    if busy is not None:
        others = (machine_busy_seconds() - busy) / seconds - sum(shares.values())
        shares["other processes"] = max(others, 0.0)
    return shares


def first_step_seconds(command, environment, timeout=120):
    """Seconds from starting a process to the answer that its first training step is done."""
    start = time.perf_counter()
    worker = Worker("first step", command, environment)
    try:
        worker.read(timeout)
        return time.perf_counter() - start
    finally:
        worker.close()
