"""Takes the part of a QEMU in a stub domain, on the socket that the proxy makes, and of the QEMU in this domain that
writes what comes from the stub domain's second console.

    qemu.py DOMID FOLDER    FOLDER/told: the commands it gets. FOLDER/refuses: how often it refuses device_add.
                            FOLDER/stubborn: it does not unplug. FOLDER/pieces: in how many pieces a state comes, all
                            but the first after the answer
"""

import json
import os
import socket
import sys
import threading
import time

domid, folder = sys.argv[1:]
there, saves = {}, 0


def setting(name):
    try:
        with open(f"{folder}/{name}", encoding="ascii") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def save():
    """Writes the next state, in pieces."""
    global saves
    saves += 1
    state = b"<state %d>" % saves
    pieces = setting("pieces") or 1
    size = -(-len(state) // pieces)

    def write(at):
        console.write(state[at:at + size])
        console.flush()

    def later():
        for at in range(size, len(state), size):
            time.sleep(0.04)
            write(at)

    write(0)
    threading.Thread(target=later).start()


def slot(arguments):
    if "addr" not in arguments:
        return 4 + len(there), 0
    return tuple(int(part, 16) for part in arguments["addr"].split("."))


def act(name, arguments):
    if name == "device_add":
        left = setting("refuses")
        if left:
            with open(f"{folder}/refuses", "w", encoding="ascii") as file:
                file.write(str(left - 1))
            return {"error": {"class": "GenericError", "desc": "no such host device"}}
        there[arguments["id"]] = slot(arguments)
    if name == "device_del":
        if arguments["id"] not in there:
            return {"error": {"class": "DeviceNotFound", "desc": "no such device"}}
        if not setting("stubborn"):
            del there[arguments["id"]]
    if name == "xen-save-devices-state":
        save()
    if name == "query-pci":
        devices = [{"qdev_id": one, "bus": 0, "slot": at[0], "function": at[1]} for one, at in there.items()]
        return {"return": [{"bus": 0, "devices": devices}]}
    if name == "query-cpus-fast":
        return {"return": [{"cpu-index": 0}]}
    return {"return": {}}


def serve(client):
    client.write(json.dumps({"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""},
                                     "capabilities": []}}).encode() + b"\r\n")
    client.flush()
    for line in client:
        request = json.loads(line)
        name, arguments = request["execute"], request.get("arguments") or {}
        if name not in ("qmp_capabilities", "query-pci", "query-cpus-fast"):
            # The C library sends numbers as texts.
            shown = " ".join(f"{key}={value}" for key, value in sorted(arguments.items()))
            with open(f"{folder}/told", "a", encoding="ascii") as file:
                file.write(f"QEMU: {name} {shown}\n")
        client.write(json.dumps(act(name, arguments) | {"id": request.get("id")}).encode() + b"\r\n")
        client.flush()


path = f"/run/xen/qmp-libxl-{domid}"
console = open(f"/var/lib/xen/qemu-save.{domid}", "wb")
if os.path.exists(path):
    os.unlink(path)
with socket.socket(socket.AF_UNIX) as server:
    server.bind(path)
    server.listen(1)
    while True:
        connection = server.accept()[0]
        try:
            with connection.makefile("rwb") as stream:
                serve(stream)
        except (BrokenPipeError, ConnectionResetError):
            pass
        connection.close()
