"""What was measured, for people: a table in the terminal, a page of all benches."""

import html
import json

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sluice: benches</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ padding: .25rem .6rem; text-align: left }}
tr {{ border-bottom: 1px solid #ddd }} td.number {{ text-align: right; font-variant-numeric: tabular-nums }}
.holds {{ color: #06702f }} .short {{ color: #b00020 }} .note {{ color: #555; font-size: .9em }}
</style>
<h1>Sluice: benches</h1>
<p>{machine}</p>
{benches}
</html>
"""


def _number(value):
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _bar(bar):
    return f"≥ {bar['least']:g}" if bar["least"] is not None else f"≤ {bar['most']:g}"


def _verdict(found, name):
    bar = found["bars"].get(name)
    if bar is None:
        return "", ""
    return _bar(bar), "holds" if bar["holds"] else "SHORT"


def table(found):
    lines = [f"{found['bench']}  ({found['seconds']:.0f} s, {found['commit']}"
             + (", smoke: no measurement" if found["smoke"] else "") + ")"]
    for name, figure in found["figures"].items():
        bar, verdict = _verdict(found, name)
        lines.append(f"  {name:24} {_number(figure['value']):>10} {figure['unit']:14} ± {figure['spread'] * 100:4.1f} %"
                     f"  {bar:>8} {verdict}")
    lines += [f"  {note}" for note in found["notes"]]
    return "\n".join(lines)


def _section(found):
    rows = []
    for name, figure in found["figures"].items():
        bar, verdict = _verdict(found, name)
        rows.append(f"<tr><td>{html.escape(name)}<td class=number>{_number(figure['value'])}<td>{html.escape(figure['unit'])}"
                    f"<td class=number>± {figure['spread'] * 100:.1f} %<td>{bar}"
                    f"<td class={'holds' if verdict == 'holds' else 'short'}>{verdict}")
    notes = "".join(f"<p class=note>{html.escape(note)}</p>" for note in found["notes"])
    return (f"<h2>{html.escape(found['bench'])}</h2><table><tr><th>figure<th>median<th>unit<th>spread<th>bar<th></tr>"
            f"{''.join(rows)}</table>{notes}<p class=note>commit {found['commit']}, {found['seconds']:.0f} s</p>")


def write(folder):
    """Makes the page of all results in a folder; returns its path."""
    results = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    if not results:
        raise SystemExit("tools/bench: nothing was measured yet: tools/bench all")
    machine = ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in results[0]["machine"].items())
    page = folder / "report.html"
    page.write_text(PAGE.format(machine=html.escape(machine), benches="\n".join(map(_section, results))))
    return page
