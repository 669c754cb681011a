"""measure.py ROUNDS, in dom0: how long libvirtd takes with Debian's library and with ours, in turn.

A round starts a daemon, lists 20 guests that run, starts 4 guests from 4 clients at once, and asks 100 questions from 8 clients
while another client saves a guest; the clients are connected before. Times are medians of the rounds; the ratio is the median
of the rounds' ratios."""
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time

from guest import SOCKET, VIRSH, describe

ROUNDS = int(sys.argv[1])
SIDES = {"debian": "", "ours": "/tmp/lib"}
LISTED, STARTED, CLIENTS, QUERIES = 20, 4, 8, 100
KINDS = ["dominfo", "domstate", "vcpuinfo", "schedinfo"]
IMAGE = "/tmp/saved.image"
# Without -q: each answer ends with the end of a line.
VIRSH_WITH_ENDS = [word for word in VIRSH if word != "-q"]
ROWS = {
    "daemon": ("start of libvirtd until it answers", 1.0),
    "list": (f"`virsh list`, {LISTED} domains", 1.0),
    "starts": (f"{STARTED} guests started by as many clients at once", 0.7),
    "queries": (f"{QUERIES} queries of {CLIENTS} clients while a guest is saved", 0.3),
    "save": ("the save meanwhile, 256 MB", None),
}


def refused(what):
    """Ends the program, whichever thread it is in."""
    print(what, flush=True)
    os._exit(1)


def virsh(*arguments):
    done = subprocess.run([*VIRSH, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        refused(f"virsh {' '.join(arguments)}: {done.stdout} {done.stderr}")
    return done.stdout


def timed(function):
    began = time.monotonic()
    function()
    return time.monotonic() - began


def at_once(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Client:
    """A virsh that is connected: what it is asked takes no start of a process and no connection."""

    def __init__(self):
        # Line by line: what virsh writes into a pipe it keeps otherwise.
        self.virsh = subprocess.Popen(["stdbuf", "-oL", *VIRSH_WITH_ENDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)
        self.ask("hostname")

    def ask(self, *commands):
        """Returns when all are answered."""
        self.virsh.stdin.write("\n".join([*commands, "echo answered", ""]))
        self.virsh.stdin.flush()
        for line in self.virsh.stdout:
            if line.startswith("error:"):
                refused(f"virsh, {commands}: {line}")
            if line == "answered\n":
                return
        refused(f"virsh ended at {commands}")

    def end(self):
        self.virsh.stdin.close()
        self.virsh.wait()


def start_daemon(side):
    if os.path.exists(SOCKET):
        os.remove(SOCKET)
    daemon = subprocess.Popen(["libvirtd", "--timeout", "0"], env={**os.environ, "LD_LIBRARY_PATH": SIDES[side]},
                              stderr=open("/tmp/libvirtd.log", "a", encoding="ascii"))
    while not os.path.exists(SOCKET):
        time.sleep(0.01)
    virsh("list")
    return daemon


def suspends(name):
    """Stands in for the guest's kernel, which only blocks."""
    domid = virsh("domid", name).strip()
    node = f"/local/domain/{domid}/control/shutdown"
    watch = subprocess.Popen(["xenstore-watch", node], stdout=subprocess.PIPE, text=True)
    for _ in watch.stdout:
        if subprocess.run(["xenstore-read", node], capture_output=True, text=True).stdout.strip() == "suspend":
            break
    watch.kill()
    subprocess.run(["xenstore-write", node, ""], check=True)
    subprocess.run(["/tmp/end", domid, "2"], check=True)


def one(side):
    for folder in ("/etc/libvirt/libxl", "/var/lib/libvirt/libxl", "/run/libvirt/libxl"):
        shutil.rmtree(folder, ignore_errors=True)
    found = {}
    began = time.monotonic()
    daemon = start_daemon(side)
    found["daemon"] = time.monotonic() - began
    for number in range(LISTED):
        virsh("create", describe(f"m-{number}"))
    found["list"] = statistics.median(timed(lambda: virsh("list")) for _ in range(5))
    clients = [Client() for _ in range(CLIENTS)]
    files = [describe(f"s-{number}") for number in range(STARTED)]
    found["starts"] = timed(lambda: at_once([lambda c=client, f=file: c.ask(f"create {f}") for client, file in zip(clients, files)]))

    virsh("create", describe("saved", 262144))
    kernel = threading.Thread(target=suspends, args=("saved",))
    kernel.start()
    time.sleep(0.5)
    save = threading.Thread(target=lambda: found.update(save=timed(lambda: virsh("save", "saved", IMAGE))))
    save.start()
    while not os.path.exists(IMAGE) or os.path.getsize(IMAGE) < 1 << 20:
        time.sleep(0.005)
    asked = [[f"{KINDS[n % len(KINDS)]} m-{n % LISTED}" for n in range(number, QUERIES, CLIENTS)] for number in range(CLIENTS)]
    found["queries"] = timed(lambda: at_once([lambda c=client, q=q: c.ask(*q) for client, q in zip(clients, asked)]))
    if not save.is_alive():
        print(f"{side}: the save was over before the last query was answered", flush=True)
    save.join()
    kernel.join()
    os.remove(IMAGE)
    for name in sorted(set(virsh("list", "--name").split()) - {"Domain-0"}):
        virsh("destroy", name)
    for client in clients:
        client.end()
    daemon.terminate()
    daemon.wait()
    return found


rounds = []
for turn in range(ROUNDS):
    order = list(SIDES) if turn % 2 == 0 else list(SIDES)[::-1]
    rounds.append({side: one(side) for side in order})
    print(turn, {side: {row: round(value, 3) for row, value in found.items()} for side, found in rounds[-1].items()}, flush=True)
print("| what | Debian's | ours | ratio | aim |")
print("| --- | ---: | ---: | ---: | ---: |")
for row, (title, aim) in ROWS.items():
    debian, ours = (statistics.median(found[side][row] for found in rounds) for side in SIDES)
    ratio = statistics.median(found["ours"][row] / found["debian"][row] for found in rounds)
    print(f"| {title} | {debian * 1e3:.0f} ms | {ours * 1e3:.0f} ms | {ratio:.2f} | {f'≤ {aim}' if aim else ''} |")
