# A live migration of an HVM guest fails, at different points of QEMU's logging of dirty pages: QEMU and the guest run on.
guest dl hvm
sleep 2
status() { reference qemu-monitor-command dl 'info status'; }
cat > /tmp/dl-helper <<'P'
#!/usr/bin/env python3
# In place of the save helper: has the logging started, stops it too unless it is killed before, and fails.
import os, signal, struct, sys

def say(number, *words):
    message = struct.pack("<H%di" % len(words), number, *words)
    os.write(1, struct.pack("<H", len(message)) + message)

def ask(*message):
    say(*message)
    os.read(0, 4)

domid = int(sys.argv[4])
ask(7, domid, 1)
if os.environ["DL_HELPER"] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
ask(7, domid, 0)
ask(10, -1, 5)
P
chmod 755 /tmp/dl-helper
fails() { try xl migrate -s '' dl "printf 'xl migration receiver ready, send binary domain data.\n'; timeout 30 cat > /dev/null; exit 4"; }
for helper in /no/such/helper /bin/false /tmp/dl-helper; do
  LIBXL_SAVE_HELPER=$helper DL_HELPER=fails fails
  status
  domains
done
LIBXL_SAVE_HELPER=/tmp/dl-helper DL_HELPER=killed fails
status
domains
try xl save -c dl /tmp/dl.img
status
try xl destroy dl
rm /tmp/dl-helper /tmp/dl.img
#: long
