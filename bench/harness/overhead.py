"""What counting fuel and checking epochs costs guest code: the workloads of `kernels` on Weft with and without."""
from . import measure, report, workloads

# Far more than any workload uses; an epoch that nobody advances.
MODES = {"plain": (), "fuel": ("--fuel", str(10**18)), "epochs": ("--config", "epochs=1")}
BARS = {"fuel": 1.15, "epochs": 1.03}


def command(weft, mode, workload, percent):
    return [str(weft), "run", *MODES[mode], str(workload.wasm), str(percent)]


def measure_one(weft, workload, rounds, percent):
    """Seconds of each mode, in alternation: {mode: [seconds]}, or {"problem": text}."""
    seconds = {mode: [] for mode in MODES}
    checksum = None
    order = list(MODES)
    for round_number in range(rounds):
        turn = round_number % len(order)
        for mode in order[turn:] + order[:turn]:
            value, found = measure.run_once(command(weft, mode, workload, percent))
            if value is None:
                return {"problem": f"{mode}: {found}"}
            if checksum not in (None, found):
                return {"problem": f"{mode}: checksum {found}, not {checksum}"}
            checksum = found
            seconds[mode].append(value)
    return seconds


def measure_all(weft, options, progress):
    results = {}
    chosen = workloads.all_workloads(options.filter)
    for index, workload in enumerate(chosen, 1):
        progress(f"fuel and epochs: {index}/{len(chosen)} {workload.name}")
        workloads.build(workload)
        results[workload.name] = measure_one(weft, workload, options.overhead_rounds, options.percent or 10)
    progress("")
    return results


def ratio(seconds, mode):
    """Of the fastest runs: what disturbs only makes them slower."""
    return None if "problem" in seconds else min(seconds[mode]) / min(seconds["plain"])


def show(results):
    rows = []
    for name, seconds in results.items():
        rows.append([name, *([f"{min(seconds['plain']) * 1e3:.1f}", *[f"{ratio(seconds, mode):.3f}" for mode in BARS]]
                             if "problem" not in seconds else ["", "", ""])])
    for label, pick in (("geomean", measure.geomean), ("worst", max)):
        values = {mode: [value for value in (ratio(seconds, mode) for seconds in results.values()) if value] for mode in BARS}
        rows.append([label, "", *[f"{pick(values[mode]):.3f}" if values[mode] else "" for mode in BARS]])
        if label == "geomean":
            met = [("met" if measure.geomean(values[mode]) <= bar else "MISSED") if values[mode] else "" for mode, bar in BARS.items()]
    rows.insert(len(rows) - 1, ["bar of the geomean", "", *[f"{bar} {answer}" for bar, answer in zip(BARS.values(), met)]])
    report.print_table("Fuel and epochs: time inside the workloads relative to the same run without", ["", "plain ms", *BARS], rows)
    for name, seconds in results.items():
        if "problem" in seconds:
            print(f"  {name}: {seconds['problem']}")


def measure_and_show(weft, options, progress):
    results = measure_all(weft, options, progress)
    show(results)
    return results
