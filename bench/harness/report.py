"""Tables on the terminal and the results as JSON."""
import json
import platform
import statistics

from .measure import geomean


def print_table(title, header, rows):
    """First column left, the rest right."""
    print(f"\n{title}")
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        cells = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())


def ratio_text(cell):
    if cell is None:
        return ""
    ratio = cell.ratio
    return "failed" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def print_ratios(title, results, engines, memory_bound=()):
    """results: {workload: {engine: Cell}}. Time relative to native; lower is better."""
    names = [engine.name for engine in engines]
    rows = []
    for workload, cells in results.items():
        native = next((cell.native for cell in cells.values() if cell.native), [])
        rows.append([workload + (" *" if workload in memory_bound else ""),
                     f"{statistics.median(native) * 1e3:.1f}" if native else "", *[ratio_text(cells.get(name)) for name in names]])
    rows.append(["geomean", "", *[number(geomeans(results, name)) for name in names]])
    if memory_bound:
        rest = {workload: cells for workload, cells in results.items() if workload not in memory_bound}
        rows.append(["geomean without *", "", *[number(geomeans(rest, name)) for name in names]])
    print_table(title, ["", "native ms", *names], rows)
    for workload, cells in results.items():
        for name, cell in cells.items():
            if cell.problem:
                print(f"  {name} on {workload}: {cell.problem}")


def number(value):
    return "" if value is None else f"{value:.2f}"


def geomeans(results, name):
    return geomean([cells[name].ratio for cells in results.values() if name in cells])


def print_pairs(results, subject, engines):
    """How many times faster the subject is than each other engine, over the workloads that both completed."""
    for engine in engines:
        if engine.name == subject:
            continue
        pairs = []
        for cells in results.values():
            ours, theirs = cells.get(subject), cells.get(engine.name)
            if ours and theirs and ours.ratio and theirs.ratio:
                pairs.append(theirs.ratio / ours.ratio)
        if pairs:
            print(f"  {subject} takes 1/{geomean(pairs):.2f} of {engine.name}'s time (geometric mean of {len(pairs)}, "
                  f"{sum(pair > 1 for pair in pairs)} of them faster)")


def print_values(table):
    rows = [[label, *([f"{value:.2f}" for value in values] if values else ["failed: " + problem] + [""] * (len(table["columns"]) - 1))]
            for label, values, problem in table["rows"]]
    print_table(table["title"], ["", *table["columns"]], rows)


def machine():
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        pass
    return {"cpu": model or platform.processor(), "system": platform.platform()}


def as_json(sections, tables, engines):
    def cell(value):
        return {"seconds": value.seconds, "native": value.native, "ratio": value.ratio, "problem": value.problem}

    return {
        "machine": machine(),
        "engines": {engine.name: {"tier": engine.tier, "version": engine.version} for engine in engines},
        "ratios": {section: {workload: {name: cell(value) for name, value in cells.items()} for workload, cells in results.items()}
                   for section, results in sections.items()},
        "geomeans": {section: {engine.name: geomeans(results, engine.name) for engine in engines} for section, results in sections.items()},
        "tables": tables,
    }


def write_json(path, content):
    """Adds to what an earlier run of another part left."""
    merged = {}
    if path.exists():
        try:
            merged = json.loads(path.read_text())
        except ValueError:
            merged = {}
    for key, value in content.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict) and key != "machine":
            merged[key].update(value)
        elif key == "tables":
            titles = {table["title"] for table in value}
            merged["tables"] = [table for table in merged.get("tables", []) if table["title"] not in titles] + value
        else:
            merged[key] = value
    path.write_text(json.dumps(merged, indent=1) + "\n")
