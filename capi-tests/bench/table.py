"""table.py FIGURES.json: what measure.py found, as a table in Markdown."""
import json, sys

SCENES = {1: "1 domain", 2: "41 domains"}
COUNTS = ["calls", "hypercalls", "trips"]


def shown(value, unit):
    if unit == "ns" and value < 1e3:
        return f"{value:.0f} ns"
    if unit == "ns":
        return f"{value / 1e3:.1f} µs" if value < 1e5 else f"{value / 1e3:.0f} µs" if value < 1e6 else f"{value / 1e6:.2f} ms"
    return f"{value / 1e6:.2f} MB" if unit == "B" else f"{number(value)} {unit}"


def number(value):
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def line(row):
    title = row["title"] + (f", {SCENES[row['scene']]}" if row["scene"] == 2 or row["row"] in crowded else "")
    aim = f"≤ {row['aim']:.2g}" if row["aim"] else ""
    if "failed" in row:
        return [title, "-", "-", "-", aim, *["-"] * len(COUNTS)]
    missed = " (missed)" if row["aim"] and round(row["ratio"], 2) > row["aim"] else ""
    counts = row.get("counts")
    pairs = [f"{number(counts['debian'][c])} / {number(counts['ours'][c])}" if counts else "" for c in COUNTS]
    return [title, shown(row["debian"], row["unit"]), shown(row["ours"], row["unit"]), f"{row['ratio']:.2f}{missed}", aim,
            *pairs]


rows = [json.loads(text) for text in open(sys.argv[1])]
crowded = {row["row"] for row in rows if row["scene"] == 2}
print("| what | Debian's | ours | ratio | aim | system calls | hypercalls | xenstore trips |")
print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
for row in rows:
    print("| " + " | ".join(line(row)) + " |")
for row in rows:
    if "failed" in row:
        print(f"\n{row['row']} failed: {row['failed']}")
