"""sections.py THEIRS OURS: rewrites the two outputs so that support/compare can hold them against each other; the cases of
one field become one. Says itself what has no counterpart in C."""

import json
import re
import sys

WHERE = re.compile(r"^(warn|error|critical) \S+?\.(?:c|rs):\d+:(?:\w+:)? ?(?:Domain \d+:)?")


def read(path):
    cases, lines = {}, []
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file.read().splitlines():
            if line.startswith("== "):
                cases[line[3:]] = lines = []
            else:
                lines.append(WHERE.sub(r"\1 ", line).rstrip())
    return cases


def verdict(name, wrong):
    print(f"FAIL {name}: {'; '.join(wrong[:10])}" if wrong else f"ok {name}")
    return bool(wrong)


# Cases that C does not run: its sets of this kind are in memory that it has freed already.
ALONE = "cpumap alone "

theirs, ours = read(sys.argv[1]), read(sys.argv[2])
status = verdict("both sides have the same cases", [n for n in set(theirs) ^ set(ours) if ALONE not in n])

# C leaves those defaults in a refused configuration that came before the fault; where it does so is not compared.
REFUSED = "after a refusal: "
status |= verdict("a refused configuration stays as it was", [n for n in ours if f"{REFUSED}changed" in ours[n]])

wrong = []
for name, lines in ours.items():
    if ALONE in name:
        text = "\n".join(lines)
        got = json.loads(text[text.index("\n{"):text.index("\n}") + 2])["b_info"].get("vcpu_hard_affinity")
        if got != json.loads(name.split(ALONE)[1]):
            wrong.append(f"{name}: {got}")
status |= verdict("a cpumap alone is kept", wrong)

for path, side in ((sys.argv[1], theirs), (sys.argv[2], ours)):
    fields = {}
    for name, lines in side.items():
        if ALONE in name:
            continue
        # Where C fails an assertion, there is only the end to compare.
        if theirs.get(name, [""])[-1].startswith("child: signal"):
            lines = lines[-1:]
        number, kind, what = (name.split(" ", 2) + ["", ""])[:3]
        field = fields.setdefault(re.split("[ =]", what)[0] or kind, [])
        field += [f"{kind} {what}: {line}" for line in lines if not line.startswith(REFUSED)]
    with open(path + ".fields", "w", encoding="utf-8", errors="surrogateescape") as file:
        for field, lines in fields.items():
            file.write("\n".join([f"== {field}", *lines, ""]))
sys.exit(status)
