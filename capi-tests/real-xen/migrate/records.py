#!/usr/bin/env python3
"""The records of a migration stream, one a line: xl's header, libxl's records, libxc's image in between.

  records.py FILE            what is in the file
  records.py --cut FILE OUT [NAME…]  pieces that make broken streams of a whole one: OUT/NAME, one for each way to break it,
                             or those that are named
  records.py --legacy FILE OUT  the same HVM guest as a file of xl's of Xen 4.5, before there were records

What differs from one save of a guest to the next is not shown: how often memory is sent, and what is in it.
"""
import mmap
import os
import struct
import sys

XL_MAGIC = b"Xen saved domain, xl format\n \0 \r"
LIBXL = ["END", "LIBXC_CONTEXT", "EMULATOR_XENSTORE_DATA", "EMULATOR_CONTEXT", "CHECKPOINT_END", "CHECKPOINT_STATE"]
LIBXC = ["END", "PAGE_DATA", "X86_PV_INFO", "X86_PV_P2M_FRAMES", "X86_PV_VCPU_BASIC", "X86_PV_VCPU_EXTENDED",
         "X86_PV_VCPU_XSAVE", "SHARED_INFO", "X86_TSC_INFO", "HVM_CONTEXT", "HVM_PARAMS", "TOOLSTACK",
         "X86_PV_VCPU_MSRS", "VERIFY", "CHECKPOINT", "CHECKPOINT_DIRTY_PFN_LIST", "STATIC_DATA_END",
         "X86_CPUID_POLICY", "X86_MSR_POLICY"]


def name(names, number):
    return names[number] if number < len(names) else "record %#x" % number


class Stream:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise EOFError("the stream ends at %d, within a piece" % len(self.data))
        piece = self.data[self.at:self.at + count]
        self.at += count
        return piece

    def record(self):
        kind, length = struct.unpack("<II", self.take(8))
        body = self.take(length)
        if any(self.take(-length % 8)):
            raise ValueError("padding that is not zero")
        return kind, body


def image(stream, out):
    """libxc's part."""
    marker, ident, version, options = struct.unpack(">QIIH6x", stream.take(24))
    kind, shift, major, minor = struct.unpack("<IH2xII", stream.take(16))
    out("  image: marker %x, ident %x, version %d, options %d" % (marker, ident, version, options))
    out("  domain: type %d, page shift %d, Xen %d.%d" % (kind, shift, major, minor))
    last = None
    while True:
        kind, body = stream.record()
        # Memory comes in as many records as it takes.
        if kind != 1 or last != 1:
            size = "" if kind in (1, 9) else ", %d bytes" % len(body)
            out("  %s%s" % (name(LIBXC, kind), size))
        last = kind
        if kind == 0:
            return


def walk(data, out):
    """All of a stream; gives where xl's header ends and where each of libxl's records begins."""
    stream, places = Stream(data), {}
    if bytes(data[:len(XL_MAGIC)]) == XL_MAGIC:
        stream.take(len(XL_MAGIC))
        order, mandatory, optional, length = struct.unpack("<IIII", stream.take(16))
        stream.take(length)
        out("xl: flags %x/%x" % (mandatory, optional))
    places["header"] = stream.at
    ident, version, options = struct.unpack(">QII", stream.take(16))
    out("libxl: ident %x, version %d, options %d" % (ident, version, options))
    while True:
        at = stream.at
        kind, body = stream.record()
        places[name(LIBXL, kind)] = at
        # QEMU's state is not always as long.
        size = "" if kind == 3 else ", %d bytes" % len(body)
        out(name(LIBXL, kind) + size)
        if kind == 1:
            image(stream, out)
        if kind == 0:
            break
    if stream.at != len(data):
        out("and %d bytes more" % (len(data) - stream.at))
    places["end"] = stream.at
    return places


def broken(data, folder, names):
    """Streams that are not whole or not right, for a restore to refuse."""
    places = walk(data, lambda line: None)
    start, first, last = places["header"], places["LIBXC_CONTEXT"], places["END"]
    head = data[:start]

    def write(what, *pieces):
        if names and what not in names:
            return
        with open(os.path.join(folder, what), "wb") as file:
            file.writelines((head,) + pieces)

    for what, end in [("nothing", start), ("half-ident", start + 4), ("half-header", start + 12), ("no-record", first),
                      ("half-record-header", first + 4), ("no-image", first + 8), ("half-image-header", first + 8 + 20),
                      ("no-memory", first + 8 + 40), ("little-memory", first + 200000), ("half", (first + last) // 2),
                      ("no-end", last), ("half-end", last + 4)]:
        write("cut-" + what, data[start:end])

    def flip(what, at, bit=0):
        write("flip-" + what, data[start:at], bytes([data[at] ^ 1 << bit]), data[at + 1:])

    for what, at in [("ident", start), ("version", start + 11), ("endianness", start + 15), ("kind", first + 2),
                     ("length", first + 4), ("huge-length", first + 7), ("image-marker", first + 8),
                     ("image-ident", first + 16), ("image-version", first + 23), ("domain-type", first + 32),
                     ("first-kind", first + 8 + 40 + 1), ("first-length", first + 8 + 40 + 6), ("end-kind", last + 3),
                     ("end-length", last + 5)]:
        # Version 2 of the image is one as well, of Xen before 4.14.
        flip(what, at, {"huge-length": 7, "end-kind": 7, "image-version": 2}.get(what, 0))

    end = struct.pack("<II", 0, 0)
    record = lambda kind, body: struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)
    stream_header = data[start:first]
    whole = data[first:last]
    write("mix-end-first", stream_header, end)
    write("mix-end-before-image", stream_header, end, whole, end)
    write("mix-image-twice", stream_header, whole, whole, end)
    write("mix-checkpoint-end", stream_header, whole, record(4, b""), end)
    write("mix-checkpoint-state", stream_header, whole, record(5, bytes(4)), end)
    write("mix-unknown", stream_header, whole, record(6, b"x" * 8), end)
    write("mix-optional", stream_header, whole, record(0x80000001, b"x" * 8), end)
    write("mix-emulator-of-none", stream_header, whole, record(3, struct.pack("<II", 2, 0) + b"x" * 80), end)
    write("mix-nodes-of-none", stream_header, whole, record(2, struct.pack("<II", 2, 0) + b"a\0b\0"), end)
    write("mix-header-twice", stream_header, stream_header, whole, end)
    write("mix-other-order", whole, stream_header, end)
    write("mix-huge", stream_header, whole, struct.pack("<II", 3, 0xfffffff8), b"x" * 64)


# libxc's parameters of a guest, and the chunks that older streams had for them.
CHUNKS = {12: -3, 15: -4, 17: -8, 19: -10, 9: -11, 34: -14, 27: -15, 28: -16, 29: -17, 32: -19, 33: -20}


def legacy(data):
    """The file with an HVM guest's stream as libxc and libxl wrote it up to 4.5: the facts are those of Xen's converter."""
    stream, out, params, context, state, highest = Stream(data), [], {}, b"", b"", 0
    out.append(stream.take(len(XL_MAGIC)))
    order, mandatory, optional, length = struct.unpack("<IIII", stream.take(16))
    out.append(struct.pack("<IIII", order, mandatory & ~2, optional, length) + stream.take(length))
    stream.take(16)
    batches = []
    while True:
        kind, body = stream.record()
        if kind == 3:
            state = body[8:]
        if kind == 0:
            break
        if kind != 1:
            continue
        stream.take(40)
        while True:
            kind, body = stream.record()
            if kind == 1:
                count = struct.unpack("<II", body[:8])[0]
                frames = struct.unpack("<%dQ" % count, body[8:8 + 8 * count])
                highest = max([highest] + [frame & (1 << 52) - 1 for frame in frames])
                old = [frame >> 60 << 28 | frame & 0xfffffff for frame in frames]
                batches.append(struct.pack("<i%dQ" % count, count, *old) + body[8 + 8 * count:])
            elif kind == 8:
                mode, khz, nsec, incarnation, _ = struct.unpack("<IIQII", body)
                batches.append(struct.pack("<iIQII", -7, mode, nsec, khz, incarnation))
            elif kind == 9:
                context = body
            elif kind == 10:
                pairs = struct.unpack("<%dQ" % (len(body) // 8 - 1), body[8:])
                params = dict(zip(pairs[::2], pairs[1::2]))
            elif kind == 0:
                break
    out += [struct.pack("<Q", highest + 1)] + batches
    out += [struct.pack("<iIQ", CHUNKS[at], 0, value) for at, value in params.items() if at in CHUNKS]
    out.append(struct.pack("<iQQQ", 0, params.get(5, 0), params.get(6, 0), params.get(1, 0)))
    out += [struct.pack("<I", len(context)), context, b"DeviceModelRecord0002", struct.pack("<I", len(state)), state]
    return b"".join(out)


def main():
    if sys.argv[1] == "--legacy":
        with open(sys.argv[2], "rb") as file, open(sys.argv[3], "wb") as out:
            out.write(legacy(file.read()))
        return
    cut = sys.argv[1] == "--cut"
    with open(sys.argv[2 if cut else 1], "rb") as file:
        # An image is as large as its guest, and the host may be small.
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if cut:
        broken(data, sys.argv[3], sys.argv[4:])
    else:
        walk(data, print)


main()
