"""measure.py ROUNDS, in dom0: how long libvirtd takes with Debian's library and with ours, in turn.

A round starts a daemon, lists 20 guests that run, starts 4 guests from 4 clients at once, and asks 100 questions from 8 clients
while another client saves a guest. Times are medians of the rounds; the ratio is the median of the rounds' ratios."""
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time

ROUNDS = int(sys.argv[1])
SIDES = {"debian": "", "ours": "/tmp/lib"}
LISTED, STARTED, CLIENTS, QUERIES = 20, 4, 8, 100
SOCKET = "/run/libvirt/libvirt-sock"
ROWS = {
    "daemon": ("start of libvirtd until it answers", 1.0),
    "list": (f"`virsh list`, {LISTED} domains", 1.0),
    "starts": (f"{STARTED} guests started by as many clients at once", 0.7),
    "queries": (f"{QUERIES} queries of {CLIENTS} clients while a guest is saved", 0.3),
    "save": ("the save meanwhile, 256 MB", None),
}


def virsh(*arguments, text=None):
    done = subprocess.run(["virsh", "-q", "-c", "xen:///system", *arguments], input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"virsh {' '.join(arguments)}: {done.stdout} {done.stderr}")
    return done.stdout


def describe(name, memory=8192):
    with open(f"/tmp/{name}.xml", "w", encoding="ascii") as file:
        file.write(
            f"<domain type='xen'><name>{name}</name><memory unit='KiB'>{memory}</memory><vcpu>1</vcpu>"
            "<os><type arch='x86_64' machine='xenpvh'>xenpvh</type><kernel>/guest/tiny</kernel></os>"
            "<on_poweroff>destroy</on_poweroff><on_crash>destroy</on_crash><devices><console type='pty'/></devices></domain>")
    return f"/tmp/{name}.xml"


def timed(function):
    began = time.monotonic()
    function()
    return time.monotonic() - began


def at_once(functions):
    """Runs all at once; how long each took."""
    took = [0.0] * len(functions)

    def run(number):
        took[number] = timed(functions[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


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
    files = [describe(f"s-{number}") for number in range(STARTED)]
    began = time.monotonic()
    at_once([lambda file=file: virsh("create", file) for file in files])
    found["starts"] = time.monotonic() - began

    virsh("create", describe("saved", 262144))
    kernel = threading.Thread(target=suspends, args=("saved",))
    kernel.start()
    time.sleep(0.5)
    save = threading.Thread(target=lambda: found.update(save=timed(lambda: virsh("save", "saved", "/tmp/saved.image"))))
    save.start()
    kinds = ["dominfo", "domstate", "vcpuinfo", "schedinfo"]
    asked = ["\n".join(f"{kinds[n % 4]} m-{n % LISTED}" for n in range(client, QUERIES, CLIENTS)) for client in range(CLIENTS)]
    began = time.monotonic()
    at_once([lambda text=text: virsh(text=text) for text in asked])
    found["queries"] = time.monotonic() - began
    save.join()
    kernel.join()
    os.remove("/tmp/saved.image")
    for name in sorted(set(virsh("list", "--name").split()) - {"Domain-0"}):
        virsh("destroy", name)
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
