"""Measures the rows of ./bench with both libraries in turn; run in dom0 by dom0.sh.

    measure.py SCENE [ROW…]      1: dom0 alone, 2: with the crowd; appends to /share/out/figures.json

Each row is timed by two processes, one for each library, which take turns of some thousandths of a second: less than
a busy machine's scheduler gives at once. A turn of the one and the next of the other make a pair, so that whatever else the
machine does hits both alike: the ratio is the median of the pairs' ratios. Then the same calls are counted under strace.
"""
import json, os, statistics, subprocess, sys, time

import trace_calls

BENCH = "/tmp/bench/bench"
FIGURES = "/share/out/figures.json"
TURN = 4e6                                     # ns
SECONDS = float(os.environ.get("BENCH_SECONDS", 3))  # for one row
PAIRS = (9, 401)                               # at least, at most
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

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def timed(row):
    servers = {side: Server(side, row) for side in SIDES}
    try:
        for server in servers.values():
            server.run(2)                       # whatever the first call makes once
        slower = max(min(server.run(1) for _ in range(5)) for server in servers.values())
        count = max(1, min(10000, int(TURN / slower)))
        times = {side: [] for side in SIDES}
        end = time.monotonic() + SECONDS
        while len(times["ours"]) < PAIRS[0] or (time.monotonic() < end and len(times["ours"]) < PAIRS[1]):
            order = list(servers) if len(times["ours"]) % 2 else list(servers)[::-1]
            for side in order:
                times[side].append(servers[side].run(count))
    finally:
        for server in servers.values():
            server.end()
    ratios = [ours / debian for ours, debian in zip(times["ours"], times["debian"])]
    return {**{side: statistics.median(times[side]) for side in SIDES},
            "ratio": statistics.median(ratios), "pairs": len(ratios), "per turn": count}


def taken(row):
    values = {side: [] for side in SIDES}
    for _ in range(5):
        for side in SIDES:
            done = subprocess.run([BENCH, "figure", row], env=environment(side), text=True, capture_output=True)
            if done.returncode:
                raise Failed(f"{side}: {done.stderr.strip()}")
            values[side].append(float(done.stdout))
    result = {side: statistics.median(values[side]) for side in SIDES}
    return {**result, "ratio": result["ours"] / result["debian"]}


def counted(row):
    few, more = 1, 2
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


def main():
    scene, wanted = int(sys.argv[1]), sys.argv[2:]
    os.environ["BENCH_RATE"] = subprocess.run([BENCH, "clock"], text=True, capture_output=True, check=True).stdout.strip()
    rows = subprocess.run([BENCH, "rows"], text=True, capture_output=True, check=True).stdout
    with open(FIGURES, "a") as figures:
        for line in rows.splitlines():
            row, title, aim, scenes, unit = line.split("|")
            if not int(scenes) & scene or wanted and row not in wanted:
                continue
            result = {"row": row, "title": title, "aim": float(aim), "scene": scene, "unit": unit}
            try:
                if unit == "ns":
                    result |= timed(row)
                    if not os.environ.get("BENCH_NO_COUNTS"):
                        result["counts"] = counted(row)
                else:
                    result |= taken(row)
            except Failed as failed:
                result["failed"] = str(failed)
            print(f"  {row}: {result.get('failed') or '%.2f' % result['ratio']}", flush=True)
            print(json.dumps(result), file=figures, flush=True)


main()
