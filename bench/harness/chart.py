"""The picture of a benchmark run: one bar per engine (geometric mean, time relative to native), one dot per workload.

Plain SVG with its own colours for light and dark pages; no script, no font to fetch.
"""
import html
import math

from .measure import geomean

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 880, 178, 76, 92, 38, 20
STYLE = """
  .page { fill: #ffffff } .text { fill: #1f2328 } .soft { fill: #656d76 } .grid { stroke: #d8dee4 } .native { stroke: #1a7f37 }
  .weft { fill: #d9480f } .interpreter { fill: #8a94a6 } .compiler { fill: #5b7fb5 } .dot { fill: #1f2328; fill-opacity: .28 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .text { fill: #e6edf3 } .soft { fill: #8d96a0 } .grid { stroke: #30363d } .native { stroke: #3fb950 }
    .weft { fill: #ff7b3d } .interpreter { fill: #6e7a8c } .compiler { fill: #5b8fd6 } .dot { fill: #ffffff; fill-opacity: .34 }
  }
  text { font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif }
  .title { font-size: 18px; font-weight: 600 } .small { font-size: 11.5px } .strong { font-weight: 600 }
"""


def bars_of(results, engines):
    """[(engine, geomean, ratios)], fastest first; an engine that failed on more than a fifth of the workloads is left out."""
    bars = []
    for engine in engines:
        ratios = [cells[engine.name].ratio for cells in results.values() if engine.name in cells and cells[engine.name].ratio]
        if len(ratios) >= 0.8 * len(results) and ratios:
            bars.append((engine, geomean(ratios), ratios))
    return sorted(bars, key=lambda bar: bar[1])


def scale_for(bars):
    """Logarithmic from 1 (native) to the slowest dot: a factor has the same length everywhere."""
    low = min(0.8, min(min(ratios) for _, _, ratios in bars))
    high = max(max(ratios) for _, _, ratios in bars) * 1.08
    span = math.log(high / low)

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(value / low) / span

    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low <= tick <= high]
    return x, ticks


def draw(results, engines, note):
    bars = bars_of(results, engines)
    if not bars:
        return None
    x, ticks = scale_for(bars)
    bottom = TOP + ROW * len(bars)
    height = bottom + 62
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
           f'aria-label="Time relative to native code for {len(bars)} engines">', f"<style>{STYLE}</style>",
           f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>',
           '<text class="text title" x="24" y="34">Time relative to native code (lower is better)</text>',
           f'<text class="soft small" x="24" y="55">{html.escape(note)}</text>']
    for tick in ticks:
        kind = "native" if tick == 1 else "grid"
        out.append(f'<line class="{kind}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 12}" y2="{bottom}" '
                   f'stroke-width="{1.5 if tick == 1 else 1}"/>')
        label = "native" if tick == 1 else f"{tick:g}×"
        out.append(f'<text class="soft small" x="{x(tick):.1f}" y="{bottom + 17}" text-anchor="middle">{label}</text>')
    for index, (engine, mean, ratios) in enumerate(bars):
        y = TOP + ROW * index
        kind = "weft" if engine.name.startswith("weft") else engine.tier
        strong = " strong" if kind == "weft" else ""
        start = x(max(min(1.0, mean), 1e-3)) if mean < 1 else x(1)
        end = x(max(mean, 1.0))
        out.append(f'<text class="text{strong}" x="{LEFT - 14}" y="{y + 15}" text-anchor="end">{html.escape(label_of(engine))}</text>')
        out.append(f'<rect class="{kind}" x="{start:.1f}" y="{y}" width="{max(end - start, 2):.1f}" height="{BAR}" rx="3">'
                   f"<title>{html.escape(engine.version or engine.name)}</title></rect>")
        for ratio in ratios:
            out.append(f'<circle class="dot" cx="{x(ratio):.1f}" cy="{y + BAR / 2:.1f}" r="2.3"/>')
        out.append(f'<text class="text{strong}" x="{WIDTH - 24}" y="{y + 15}" text-anchor="end">{mean:.2f}×</text>')
    legend_y = height - 16
    at = 24
    for kind, words in (("weft", "Weft"), ("interpreter", "interpreters"), ("compiler", "compilers")):
        if any((engine.name.startswith("weft") and kind == "weft") or (engine.tier == kind and not engine.name.startswith("weft"))
               for engine, _, _ in bars):
            out.append(f'<rect class="{kind}" x="{at}" y="{legend_y - 10}" width="12" height="12" rx="2"/>'
                       f'<text class="soft small" x="{at + 18}" y="{legend_y}">{words}</text>')
            at += 34 + 7 * len(words)
    out.append(f'<circle class="dot" cx="{at + 6}" cy="{legend_y - 4}" r="2.6"/>'
               f'<text class="soft small" x="{at + 18}" y="{legend_y}">one workload; the bar ends at the geometric mean</text>')
    return "\n".join(out) + "\n</svg>\n"


def label_of(engine):
    """`wasmi 2.0.0`: the name with the version number, where one is known."""
    for word in engine.version.replace(",", " ").split():
        digits = word.lstrip("v")
        if digits[:1].isdigit() and engine.name not in ("weft",):
            return f"{engine.name.removesuffix('-py')} {digits}"
    return engine.name
