"""Measures the rows of ./bench with both libraries in turn; run in dom0 by dom0.sh.

    measure.py SCENE [ROW…]      1: dom0 alone, 2: with the crowd, 4: and guests, 8: devices of the host;
                                 appends to /share/out/figures.json
                                 ROW: a pattern

Each row is timed by two processes, one for each library, which take turns of some thousandths of a second: less than
a busy machine's scheduler gives at once. A turn of the one and the next of the other make a pair, so that whatever else the
machine does hits both alike: the ratio is the median of the pairs' ratios. Then the same calls are counted under strace.
"""
import fnmatch, json, math, os, statistics, subprocess, sys, time

import trace_calls

BENCH = "/tmp/bench/bench"
FIGURES = os.environ.get("BENCH_SHARE", "/share") + "/out/figures.json"
TURN = 4e6                                     # ns
SECONDS = float(os.environ.get("BENCH_SECONDS", 3))  # for one row
PAIRS = (5, 9, 401)                            # at least if calls are very long, at least, at most
# Both from a folder of their own, since the linker looks there for every other library too, in vain.
SIDES = {side: {"LD_LIBRARY_PATH": f"/tmp/bench/{side}"} for side in ("debian", "ours")}


class Failed(Exception):
    """A side cannot do what the row asks."""


def environment(side):
    return {**os.environ, **SIDES[side]}


class Server:
    """One library's process for one row."""

    def __init__(self, side, row):
        self.side = side
        self.process = subprocess.Popen([BENCH, "serve", row], env=environment(side), text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, count):
        """ns for each call of a turn."""
        try:
            self.process.stdin.write(f"{count}\n")
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise Failed(f"{self.side}: {self.process.stderr.read().strip()}")
        return float(answer) / count

    def quickest(self):
        """ns of the quickest call of five, or of the first that fills a turn."""
        best = math.inf
        for _ in range(5):
            best = min(best, self.run(1))
            if best > TURN:
                break
        return best

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def timed(row):
    servers = {side: Server(side, row) for side in SIDES}
    try:
        for server in servers.values():
            server.run(1)                       # whatever the first call makes once
        count = max(1, min(10000, int(TURN / max(server.quickest() for server in servers.values()))))
        times = {side: [] for side in SIDES}
        end = time.monotonic() + SECONDS

        def enough(pairs):
            late = time.monotonic() - end
            return pairs >= PAIRS[2] or late > 0 and pairs >= PAIRS[1] or late > 2 * SECONDS and pairs >= PAIRS[0]

        while not enough(len(times["ours"])):
            order = list(servers) if len(times["ours"]) % 2 else list(servers)[::-1]
            for side in order:
                times[side].append(servers[side].run(count))
    finally:
        for server in servers.values():
            server.end()
    ratios = [ours / debian for ours, debian in zip(times["ours"], times["debian"])]
    return {**{side: statistics.median(times[side]) for side in SIDES},
            "ratio": statistics.median(ratios), "pairs": len(ratios), "per turn": count}


def taken(row, processes):
    """The results of the row and of those that go with it."""
    values = {side: [] for side in SIDES}
    for _ in range(processes):
        for side in SIDES:
            done = subprocess.run([BENCH, "figure", row], env=environment(side), text=True, capture_output=True)
            if done.returncode:
                raise Failed(f"{side}: {done.stderr.strip()}")
            values[side].append([float(value) for value in done.stdout.split()])
    medians = {side: [statistics.median(figures) for figures in zip(*values[side])] for side in SIDES}
    return [{"debian": debian, "ours": ours, "ratio": ours / debian if debian else float(ours > 0)}
            for debian, ours in zip(medians["debian"], medians["ours"])]


def counted(row, few):
    more = 1
    result = {}
    for side in SIDES:
        for count in few, few + more:
            done = subprocess.run(["strace", "-f", "-o", f"/tmp/bench/{row}.{side}.{count}", BENCH, "times", row, str(count)],
                                  env=environment(side), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if done.returncode:
                raise Failed(f"{side}: {done.stderr.strip()}")
        traces = [f"/tmp/bench/{row}.{side}.{count}" for count in (few, few + more)]
        result[side] = trace_calls.per_call(*traces, more)
    return result


def groups(lines):
    """Rows with those whose figures are taken in the same processes."""
    found = []
    for line in lines:
        name, title, aim, scenes, unit, with_last, processes, count, fresh = line.split("|")
        row = {"row": name, "title": title, "aim": float(aim), "scenes": int(scenes), "unit": unit,
               "processes": int(processes), "counted": int(count), "few": 0 if int(fresh) else 1}
        if int(with_last):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def measured(group):
    """A result for each row of the group."""
    row, unit = group[0]["row"], group[0]["unit"]
    counts = not os.environ.get("BENCH_NO_COUNTS")
    try:
        if unit == "timed":
            return [timed(row) | ({"counts": counted(row, group[0]["few"])} if counts else {})]
        results = taken(row, group[0]["processes"])
        for row, result in zip(group, results):
            if counts and row["counted"]:
                result["counts"] = counted(row["row"], row["few"])
        return results
    except Failed as failed:
        return [{"failed": str(failed)}] * len(group)


def main():
    scene, wanted = int(sys.argv[1]), sys.argv[2:]
    os.environ["BENCH_RATE"] = subprocess.run([BENCH, "clock"], text=True, capture_output=True, check=True).stdout.strip()
    rows = subprocess.run([BENCH, "rows"], text=True, capture_output=True, check=True).stdout
    with open(FIGURES, "a") as figures:
        for group in groups(rows.splitlines()):
            names = [row["row"] for row in group]
            chosen = not wanted or any(fnmatch.fnmatch(name, pattern) for name in names for pattern in wanted)
            if not chosen or not group[0]["scenes"] & scene:
                continue
            began = time.monotonic()
            results = measured(group)
            said = [result.get("failed") or "%.2f" % result["ratio"] for result in results]
            print(f"  {' '.join(names)}: {' '.join(said)} ({time.monotonic() - began:.1f} s)", flush=True)
            for row, result in zip(group, results):
                row = {**row, "scene": scene, "unit": "ns" if row["unit"] == "timed" else row["unit"]}
                print(json.dumps(row | result), file=figures, flush=True)


main()
