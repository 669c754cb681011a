"""Holds what the two libraries made of each case against each other; a known difference has its reason here."""

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


KNOWN = []


def known(pattern, c, ours):
    """In cases whose name matches, C's text may be `c` where ours is `ours`."""
    KNOWN.append((re.compile(pattern), c, ours))


# A refused configuration stays as the caller gave it. C leaves those defaults in it that came before the fault.
known("", "after a refusal: changed", "after a refusal: unchanged")
# C's minus sign before the constant makes the code of this refusal 6, which is no error to those who ask `rc < 0`.
known("max_grant_version|faults .*grants", "= 6 ", "= -6 ")
# C's generated copying answers an errno, which reads as ERROR_ABORTED.
known("old |faults .*moved", "= -22 ", "= -6 ")


# A line that C ends with an errno of something else.
known("", " too large for 32 bit value: Function not implemented", " too large for 32 bit value")


def off_by_one(c, ours):
    """Asked by the build info alone, C leaves shadow memory of a PVH guest unsaid and adds that to the sum: -1 KiB."""
    c, ours = (re.fullmatch(r"= 0 (\d+)", line) for line in (c, ours))
    return c and ours and int(ours[1]) - int(c[1]) == 2048


def too_large(c, ours):
    """C stores what is left of a number that is refused because it does not fit."""
    return re.fullmatch(r"= -3 \d+", c) and ours == "= -3 4711"


# Lines that only one has: a number that does not fit is said to be one.
OURS_ALONE = [re.compile(r"^error \d+ is too large a number")]

# C fails an assertion: where the two places that tell the kind of guest differ, or name none, and where the version of
# the device model is none.
ABORTS = re.compile("create info of|(create|build) type|version 9 and bios")


def explained(name, c, ours):
    if too_large(c, ours) or (" pvh " in f"{name} " and off_by_one(c, ours)):
        return True
    for pattern, c_text, our_text in KNOWN:
        if pattern.search(name) and c_text in c and our_text in ours:
            if c.replace(c_text, our_text) == ours:
                return True
    return False


theirs, ours = read(sys.argv[1]), read(sys.argv[2])
bad = known_ones = 0
for name in dict.fromkeys([*theirs, *ours]):
    a, b = theirs.get(name, ["(missing)"]), ours.get(name, ["(missing)"])
    b = [line for line in b if line in a or not any(pattern.search(line) for pattern in OURS_ALONE)]
    if a == b or "cpumap alone" in name:
        continue
    if ABORTS.search(name) and a[-1] == "child: signal 6" and b[-1] == "child: status 0":
        known_ones += 1
        continue
    if len(a) == len(b) and all(x == y or explained(name, x, y) for x, y in zip(a, b)):
        known_ones += 1
        continue
    bad += 1
    if bad <= 40:
        print(f"FAIL {name}")
        lines = [f"    C    {x}\n    ours {y}" for x, y in zip(a, b) if x != y and not explained(name, x, y)]
        print("\n".join(lines[:6]))
        if len(a) != len(b):
            print("    C:", *a[:30], "    ours:", *b[:30], sep="\n      ")

# C's sets of this kind are in memory that it has freed already; ours are what they should be.
for name, lines in ours.items():
    if "cpumap alone" in name:
        wanted = json.loads(name.split("alone ")[1])
        text = "\n".join(lines)
        got = json.loads(text[text.index("\n{"):text.index("\n}") + 2])["b_info"]
        if got.get("vcpu_hard_affinity") != wanted:
            bad += 1
            print(f"FAIL {name}: {got.get('vcpu_hard_affinity')}")
good = len(ours) - bad
print(f"{'FAIL' if bad else 'ok'} {len(ours)} configurations: {good} as in C, of these {known_ones} with known differences; {bad} not")
sys.exit(bad > 0)
