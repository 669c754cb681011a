"""What one call costs by count, from straces of a process that makes it a few times: system calls, hypercalls,
and trips to xenstored (requests written, then an answer read)."""
import re

CALL = re.compile(r"^(\d+) +(\w+)\((.*)")
WRITES = {"write", "writev", "sendmsg", "sendto", "send"}
READS = {"read", "readv", "recvmsg", "recvfrom", "recv"}
HYPERCALL = "_IOC(_IOC_NONE, 0x50, 0, 0x30)"  # IOCTL_PRIVCMD_HYPERCALL


def count(path):
    calls = hypercalls = trips = 0
    # Which thread has connected: a forked child closes its copies, and the parent goes on.
    stores, asked = {}, set()
    for line in open(path, errors="replace"):
        match = CALL.match(line)
        if not match:
            continue
        calls += 1
        thread, name, rest = match.groups()
        number = re.match(r"(\d+)", rest)
        fd = number and int(number.group(1))
        if name == "ioctl" and HYPERCALL in rest:
            hypercalls += 1
        elif name == "connect" and "/socket" in rest:
            stores[fd] = thread
        elif name == "openat" and "xenbus" in rest and (new := re.search(r"= (\d+)$", rest)):
            stores[int(new.group(1))] = thread
        elif name == "close" and stores.get(fd) == thread:
            del stores[fd]
            asked.discard(fd)
        elif fd in stores and name in WRITES:
            asked.add(fd)
        elif fd in asked and name in READS:
            asked.discard(fd)
            trips += 1
    return {"calls": calls, "hypercalls": hypercalls, "trips": trips}


def per_call(few, many, more):
    """From the trace of some calls and that of `more` calls more."""
    few, many = count(few), count(many)
    return {what: (many[what] - few[what]) / more for what in few}
