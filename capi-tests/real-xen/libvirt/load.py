"""load.py SIDE SECONDS KILLS, in dom0: clients of one libvirtd do what they like with small guests for so long. Each
command must end within its bound, and fail only for a reason that has to do with another client. Afterwards libvirtd must be
as it was: no guest, no more threads and descriptors than when it was warm, and hardly more memory.

Then a libvirtd is killed KILLS times in the middle of that, and another one started. Whatever it was doing, the guests can be
destroyed and started again afterwards, and nothing stays of them.

The memory that libvirtd frees is filled, so that a use of it afterwards is noticed. (Valgrind is of no use there: it answers most
of Xen 4.17's hypercalls with ENOSYS itself, so that libvirtd does not start; nor is glibc's library for checks of malloc, whose
lock a forked child may find taken.)"""
import contextlib
import os
import random
import re
import subprocess
import sys
import threading
import time

from guest import SOCKET, VIRSH, describe

SIDE, SECONDS, KILLS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
CLIENTS, GUESTS = 8, 12
BOUND = 120  # for one command: libvirt itself waits 30 s for another one's
FILL_FREED = {"GLIBC_TUNABLES": "glibc.malloc.perturb=165"}
# What another client's work is the reason of.
EXCUSES = re.compile(
    "not running|already active|already running|is not active|state change lock|is paused|not paused|domain is running|"
    "failed to get domain|no domain with matching|Domain not found|already exists|No such file|failed to open|"
    "unable to read|not a valid|must be running|has to be running|shut off|is already|Guest is not responding|has already been"
)
# What the death of the daemon is the reason of.
LOST = re.compile("onnection|End of file|socket|disconnected|Cannot (recv|write|read)|Failed to connect")
XL = f"/usr/lib/xen-{os.environ['XEN']}/bin/xl"
# A libvirtd that was killed leaves domains half made, which have their names until they are destroyed; and virsh says nothing of
# a connection that breaks between two of its calls.
LEFT_BY_KILLED = re.compile("libxenlight failed to (create new|restore) domain")
LOG = "/var/log/libvirt/libxl/libxl-driver.log"
failures = []
count = {}
# How often a command failed for a reason that has to do with another client, by command and reason.
excused = {}
killed = threading.Event()
# libvirt's restore looks whether the guest runs before it waits for another command's end, and not after it: when the other has
# started the guest, it forgets that one's domain (docs/behaviour/libvirt.md). So a guest is restored and started by one client at a time.
starting = [threading.Lock() for _ in range(GUESTS)]


def is_excused(said):
    if EXCUSES.search(said):
        return True
    return killed.is_set() and bool(LOST.search(said) or LEFT_BY_KILLED.search(said) or "error:" not in said)


def virsh(*arguments):
    """The status and what was said; None if it has not ended in time."""
    try:
        done = subprocess.run([*VIRSH, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BOUND)
        return done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        return None, ""


def library_on(name):
    """The last line of the library's log that tells of an error with this guest."""
    with contextlib.suppress(OSError), open(LOG, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if f'"{name}"' in line]
        return f"; the library: {lines[-1]}" if lines else ""
    return ""


def one(client, turn, number):
    name = f"load-{number}"
    image = f"/tmp/{name}.image"
    actions = {
        "start": 5, "destroy": 2, "suspend": 2, "resume": 2, "dominfo": 2, "dumpxml": 1, "vcpucount": 1, "setmem": 1, "save": 2,
        "restore": 2, "list": 1, "nodeinfo": 1, "schedinfo": 1, "vcpuinfo": 1,
    }
    action = random.choices(list(actions), list(actions.values()))[0]
    # These guests have no balloon driver, and so keep what they have; with a target that is lower by a MiB or more they could
    # not be restored, with either library (docs/behaviour/migration.md).
    arguments = {
        "setmem": [name, "7680"], "save": [name, image], "restore": [image], "list": ["--all"], "nodeinfo": [],
    }.get(action, [name])
    began = time.monotonic()
    with starting[number] if action in ("start", "restore") else contextlib.nullcontext():
        status, said = virsh(action, *arguments)
    count[action] = count.get(action, 0) + 1
    if status is None:
        failures.append(f"client {client}, turn {turn}: {action} {name} did not end within {BOUND} s")
    elif status and is_excused(said):
        why = EXCUSES.search(said) or LOST.search(said)
        kind = f"{action}: {why.group(0) if why else 'killed'}"
        excused[kind] = excused.get(kind, 0) + 1
    elif status:
        failures.append(f"client {client}, turn {turn}: {action} {name}, {time.monotonic() - began:.1f} s: {said.strip()}{library_on(name)}")


def client(number, until):
    turn = 0
    while time.monotonic() < until:
        turn += 1
        one(number, turn, random.randrange(GUESTS))


def guests(until):
    """Stands in for the kernels of the guests: acknowledges requests to suspend, and suspends."""
    while not until.is_set():
        listed = subprocess.run(["xenstore-list", "/local/domain"], capture_output=True, text=True).stdout.split()
        for domid in listed[1:]:
            node = f"/local/domain/{domid}/control/shutdown"
            asked = subprocess.run(["xenstore-read", node], capture_output=True, text=True).stdout.strip()
            if asked == "suspend":
                subprocess.run(["xenstore-write", node, ""], capture_output=True)
                subprocess.run(["/share/end", domid, "2"], capture_output=True)
        time.sleep(0.1)


def require(daemon):
    """The daemon's state, from /proc; ends the run if it has ended, or is about to."""
    with open(f"/proc/{daemon.pid}/status", encoding="ascii", errors="replace") as file:
        status = dict(line.split(":", 1) for line in file if ":" in line)
    if daemon.poll() is None and "VmRSS" in status:
        return status
    try:
        daemon.wait(20)
    except subprocess.TimeoutExpired:
        pass
    with open("/tmp/libvirtd.log", encoding="utf-8", errors="replace") as file:
        print(file.read()[-3000:])
    sys.exit(f"FAIL {SIDE}: libvirtd has ended, status {daemon.returncode}")


def look(daemon):
    """Descriptors, threads and resident memory in kB."""
    status = require(daemon)
    return len(os.listdir(f"/proc/{daemon.pid}/fd")), int(status["Threads"]), int(status["VmRSS"].split()[0])


def start_daemon():
    if os.path.exists(SOCKET):
        os.remove(SOCKET)
    log = open("/tmp/libvirtd.log", "a", encoding="ascii")
    daemon = subprocess.Popen(["libvirtd", "--timeout", "0"], stderr=log, env={**os.environ, **FILL_FREED})
    for _ in range(300):
        if os.path.exists(SOCKET):
            return daemon
        require(daemon)
        time.sleep(0.2)
    failures.append("libvirtd does not start")
    return daemon


def end_daemon(daemon):
    daemon.terminate()
    try:
        daemon.wait(60)
    except subprocess.TimeoutExpired:
        failures.append("libvirtd did not end within a minute")
        daemon.kill()
        daemon.wait()


def guests_left():
    """The domains besides domain 0, by number."""
    listed = subprocess.run([XL, "list"], capture_output=True, text=True).stdout.splitlines()[2:]
    return [line.split()[1] for line in listed]


def kill_once(turn):
    """Kills a libvirtd that is at work. Returns how many domains were only half made."""
    daemon = start_daemon()
    until = time.monotonic() + 12
    threads = [threading.Thread(target=client, args=(number, until)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(1, 8))
    daemon.kill()
    daemon.wait()
    daemon = start_daemon()
    for thread in threads:
        thread.join()
    for number in range(GUESTS):
        virsh("destroy", f"load-{number}")
        virsh("managedsave-remove", f"load-{number}")
    half_made = guests_left()
    for domid in half_made:
        try:
            if subprocess.run([XL, "destroy", domid], capture_output=True, timeout=BOUND).returncode:
                failures.append(f"kill {turn}: domain {domid} cannot be destroyed")
        except subprocess.TimeoutExpired:
            failures.append(f"kill {turn}: the destroy of domain {domid} does not end")
    for number in range(GUESTS):
        status, said = virsh("start", f"load-{number}")
        if status != 0:
            failures.append(f"kill {turn}: load-{number} does not start: {said.strip()}")
        virsh("destroy", f"load-{number}")
    failures.extend(f"kill {turn}: domain {domid} is left" for domid in guests_left())
    end_daemon(daemon)
    return len(half_made)


def traces():
    """What is left in xenstore and in files of domains that have gone."""
    listed = []
    for directory in ("/local/domain", "/libxl", "/local/domain/0/backend/console"):
        names = subprocess.run(["xenstore-list", directory], capture_output=True, text=True).stdout.split()
        listed += [f"{directory}/{name}" for name in names if name.isdigit() and name != "0"]
    names = [f"{folder}/{name}" for folder in ("/var/lib/xen", "/run/xen") for name in os.listdir(folder)]
    # Domain 0 has userdata as well.
    return listed + [name for name in names if "userdata-d" in name and "userdata-d.0." not in name or "qmp" in name]


def burst(daemon, seconds):
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(number, until)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(GUESTS):
        virsh("destroy", f"load-{number}")
        virsh("managedsave-remove", f"load-{number}")


def main():
    daemon = start_daemon()
    for number in range(GUESTS):
        if virsh("define", describe(f"load-{number}"))[0]:
            failures.append(f"load-{number} was not defined")
    over = threading.Event()
    kernels = threading.Thread(target=guests, args=(over,), daemon=True)
    kernels.start()
    burst(daemon, SECONDS / 4)
    warm = look(daemon)
    burst(daemon, SECONDS * 3 / 4)
    time.sleep(5)
    after = look(daemon)
    failures.extend(f"domain {domid} is left" for domid in guests_left())
    print(f"{SIDE}: {sum(count.values())} commands, {count}")
    print(f"{SIDE}: failed because of other clients: {excused}")
    print(f"{SIDE}: libvirtd had {warm[0]} descriptors, {warm[1]} threads, {warm[2]} kB when it was warm; at the end {after[0]}, {after[1]}, {after[2]}")
    if after[0] > warm[0] + 4 or after[1] > warm[1] + 2 or after[2] > warm[2] * 1.25:
        failures.append("libvirtd has grown")
    end_daemon(daemon)
    if KILLS:
        killed.set()
        half_made = sum(kill_once(turn) for turn in range(1, KILLS + 1))
        print(f"{SIDE}: libvirtd was killed {KILLS} times; {half_made} domains were half made then")
        failures.extend(f"{path} is left" for path in traces())
    over.set()
    kernels.join()
    for failure in failures[:30]:
        print(f"{SIDE}: {failure}")
    print(("FAIL" if failures else "ok") + f" {SIDE} clients of libvirtd, {SECONDS} s, killed {KILLS} times")
    return bool(failures)


sys.exit(main())
