"""Takes the part of the kernel in a domain without privileges: a xenstored whose clients may do what that domain may.

    unprivileged.py DOMID PLACE DAEMON    listens at PLACE, and passes requests on to xenstored at DAEMON

The permissions are those that xenstored has for each node. A request that they refuse is answered with EACCES, and so
is one about a missing node below a directory that they refuse. Relative paths are relative to the domain's own
directory. Two things are other than in xenstored: watches report nodes that the domain may not read, too, and a new
node's owner is that of its directory.
"""

import select
import socket
import struct
import sys
import threading

DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, TRANSACTION_START, TRANSACTION_END = range(1, 8)
GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, WATCH_EVENT, ERROR = range(10, 17)
RESET_WATCHES, DIRECTORY_PART = 21, 22

# What a request needs of its node: a letter as in the node's permissions, or to be its owner.
NEEDS = {
    DIRECTORY: "r", DIRECTORY_PART: "r", READ: "r", GET_PERMS: "r",
    WRITE: "w", MKDIR: "w", RM: "w", SET_PERMS: "owner",
}
ABOUT_NO_NODE = {WATCH, UNWATCH, TRANSACTION_START, TRANSACTION_END, GET_DOMAIN_PATH, RESET_WATCHES}

domid, place, daemon_place = int(sys.argv[1]), sys.argv[2], sys.argv[3]
HOME = b"/local/domain/%d/" % domid


class Gone(Exception):
    """The other end has closed the connection."""


def exactly(connection, number):
    data = b""
    while len(data) < number:
        part = connection.recv(number - len(data))
        if not part:
            raise Gone
        data += part
    return data


def receive(connection):
    """A message: type, number, transaction, payload."""
    kind, number, transaction, length = struct.unpack("=IIII", exactly(connection, 16))
    return kind, number, transaction, exactly(connection, length)


def send(connection, kind, number, transaction, payload):
    connection.sendall(struct.pack("=IIII", kind, number, transaction, len(payload)) + payload)


class Client:
    def __init__(self, client):
        self.client = client
        self.daemon = socket.socket(socket.AF_UNIX)
        self.daemon.connect(daemon_place)
        self.relative = set()

    def pass_event(self, message):
        kind, number, transaction, payload = message
        path, token = payload.split(b"\0")[:2]
        if token in self.relative:
            payload = path.removeprefix(HOME) + b"\0" + token + b"\0"
        send(self.client, kind, number, transaction, payload)

    def ask(self, *request):
        """The daemon's answer. Events that come before it are passed on."""
        send(self.daemon, *request)
        while True:
            message = receive(self.daemon)
            if message[0] != WATCH_EVENT:
                return message
            self.pass_event(message)

    def rights(self, path, transaction):
        """The domain's rights to the node; None if there is none."""
        kind, _, _, payload = self.ask(GET_PERMS, 0, transaction, path + b"\0")
        if kind == ERROR:
            return None
        owner, *others = payload.rstrip(b"\0").split(b"\0")
        if int(owner[1:]) == domid:
            return {"r", "w", "owner"}
        letter = next((other[:1] for other in others if int(other[1:]) == domid), owner[:1])
        return {b"n": set(), b"r": {"r"}, b"w": {"w"}, b"b": {"r", "w"}}[letter]

    def allowed(self, need, path, transaction):
        rights = self.rights(path, transaction)
        while rights is None and path != b"/":
            path = path.rpartition(b"/")[0] or b"/"
            rights = self.rights(path, transaction)
        return need in (rights or set())

    def handle(self, kind, number, transaction, payload):
        path, end, rest = payload.partition(b"\0")
        if kind in NEEDS or kind in (WATCH, UNWATCH):
            if not path.startswith((b"/", b"@")):
                path = HOME + path
                if kind == WATCH:
                    self.relative.add(rest.split(b"\0")[0])
            payload = path + end + rest
        if kind in NEEDS and not self.allowed(NEEDS[kind], path, transaction) \
                or kind not in NEEDS and kind not in ABOUT_NO_NODE:
            send(self.client, ERROR, number, transaction, b"EACCES\0")
        else:
            send(self.client, *self.ask(kind, number, transaction, payload))

    def serve(self):
        try:
            while True:
                ready, _, _ = select.select([self.client, self.daemon], [], [])
                if self.daemon in ready:
                    self.pass_event(receive(self.daemon))
                else:
                    self.handle(*receive(self.client))
        except (Gone, OSError):
            self.client.close()
            self.daemon.close()


listener = socket.socket(socket.AF_UNIX)
listener.bind(place)
listener.listen()
while True:
    threading.Thread(target=Client(listener.accept()[0]).serve, daemon=True).start()
