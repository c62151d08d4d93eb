"""The worker's side of the protocol in ../README.md: JSON lines on standard input and output."""

import json
import os
import resource
import sys
import time
import traceback


def take_standard_output():
    """Keeps the real standard output for answers and sends what libraries print to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return answers


def peak_resident_bytes():
    """The largest resident size so far; getrusage would count the parent's, from before exec."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def serve(answers, name, versions, make_case):
    """Answers requests until standard input ends.

    `make_case(request)` builds a case and gives the number of trainable parameters and a function from a number of
    epochs to the number of steps and the last epoch's loss (None where nothing is trained).
    """

    def answer(fields):
        answers.write(json.dumps(fields) + "\n")
        answers.flush()

    answer({"ready": True, "name": name, "versions": versions})
    prepared, run = None, None
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("quit"):
            break
        try:
            start = time.perf_counter()
            if request.get("prepare"):
                parameters, run = make_case(request)
                loss = run(1)[1]
                prepared = request["case"]
                seconds = time.perf_counter() - start
                answer({"prepared": True, "seconds": seconds, "parameters": parameters, "loss": loss})
            elif prepared != request["case"]:
                answer({"error": f"{request['case']} has not been prepared"})
            else:
                steps, loss = run(request.get("epochs", 1))
                seconds = time.perf_counter() - start
                peak = peak_resident_bytes()
                answer({"seconds": seconds, "steps": steps, "peak_rss_bytes": peak, "loss": loss})
        except Exception as error:  # The driver reports it and goes on with the other workers.
            traceback.print_exc()
            answer({"error": f"{type(error).__name__}: {str(error)[:500]}"})


def cases(*builders):
    """The functions that build the nets, by case: named after the net, and where the same net makes several cases."""
    found = {builder.__name__: builder for builder in builders}
    return found | {"mlp32": found["mlp"], "mlp128": found["mlp"], "predict": found["cnn"]}


def photograph_cases(module):
    """The functions of a module that build the nets for photographs, by case."""
    names = ("resnet50-predict", "resnet50", "mobilenet", "mobilenet-third", "blog", "head")
    return {name: getattr(module, name.replace("-", "_")) for name in names}


def work(answers, name, versions, make_case, first_step):
    """All that a worker does: with --first-step one step from nothing, otherwise what it is asked for."""
    if "--first-step" in sys.argv:
        first_step()
        answers.write('{"first_step": true}\n')
        answers.flush()
    else:
        serve(answers, name, versions, make_case)
