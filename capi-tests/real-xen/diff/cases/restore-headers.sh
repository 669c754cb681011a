# The header that xl writes before the stream: truncated, of another byte order, with unknown flags, without a configuration, with half of one.
guest headers pvh
suspends headers
try xl save headers /tmp/headers.img
python3 - <<'P'
import struct
data = open("/tmp/headers.img", "rb").read()
at = len(b"Xen saved domain, xl format\n \0 \r")
magic, rest = data[:at], data[at:]
order, mandatory, optional, length = struct.unpack("<IIII", rest[:16])
config, stream = rest[16:16 + length], rest[16 + length:]
def write(name, magic=magic, order=order, mandatory=mandatory, optional=optional, length=None, config=config, stream=stream):
    length = len(config) if length is None else length
    with open("/tmp/headers-" + name, "wb") as file:
        file.write(magic + struct.pack("<IIII", order, mandatory, optional, length) + config + stream)
write("1-magic", magic=magic[:-1] + b"x")
write("2-order", order=0x04030201)
write("3-flag", mandatory=mandatory | 8)
write("4-optional", optional=0x55)
write("5-none", config=b"", mandatory=mandatory & ~1)
write("6-short", config=config[:2])
write("7-half", config=struct.pack("<I", 100) + config[4:104])
write("8-beyond", config=struct.pack("<I", 1 << 20) + config[4:])
write("9-long", length=1 << 20, stream=b"")
open("/tmp/headers-a-cut", "wb").write(data[:40])
P
for file in /tmp/headers-*; do
  try xl restore -e -p "$file"
  made headers
  domains
  [ -z "$(id_of headers)" ] || reference destroy headers
done
config headers pvh
try xl restore -e -p /tmp/headers.cfg /tmp/headers-5-none
made headers
domains
rm /tmp/headers-* /tmp/headers.img
#: sed stderr /^( {20,}|$)/d  -- a picture of the place in the JSON, which is the end of a log line
#: long
