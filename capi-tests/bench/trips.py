"""trips.py TRACE-A TRACE-B CALLS: from two straces, how many system calls, and how
many trips to xenstored (requests written, then an answer read), each call cost."""
import re, sys

CALL = re.compile(r"^\d+ +(\w+)\((.*)")
WRITES = {"write", "writev", "sendmsg", "sendto", "send"}
READS = {"read", "readv", "recvmsg", "recvfrom", "recv"}

def count(path):
    calls = trips = 0
    stores, asked = set(), {}
    for line in open(path, errors="replace"):
        match = CALL.match(line)
        if not match:
            continue
        calls += 1
        name, rest = match.groups()
        fd = re.match(r"(\d+)", rest)
        fd = fd and int(fd.group(1))
        if name == "connect" and "xenstored/socket" in rest:
            stores.add(fd)
        elif name in ("open", "openat") and "xenbus" in rest and (new := re.search(r"= (\d+)$", rest)):
            stores.add(int(new.group(1)))
        elif name == "close":
            stores.discard(fd)
        elif fd in stores and name in WRITES:
            asked[fd] = True
        elif fd in stores and name in READS and asked.pop(fd, False):
            trips += 1
    return calls, trips

a, b, n = count(sys.argv[1]), count(sys.argv[2]), int(sys.argv[3])
print("calls %.1f" % ((b[0] - a[0]) / n))
print("trips %.1f" % ((b[1] - a[1]) / n))
