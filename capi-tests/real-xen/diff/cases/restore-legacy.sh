# An HVM guest's file as xl of Xen 4.5 wrote it, which Xen's converter makes a present stream of; one that is cut, of another
# kind of guest, and without the converter.
# Debian's converter does not find its own modules.
export PYTHONPATH=$xen/lib/python
guest rl hvm
sleep 2
try xl save rl /tmp/rl.img
python3 /share/records.py --legacy /tmp/rl.img /tmp/rl.old
try xl restore -e /tmp/rl.old
made rl
until_true eval "domains | grep -q '^rl .*-b----'"
domains
reference qemu-monitor-command rl 'info status'
reference destroy rl
# The converter says where in itself it has stopped.
broken() { xl restore -e -p "$@" 2>&1 | grep -vE '^ *(File|Traceback|raise|~|\^)|^    ' >&2; return "${PIPESTATUS[0]}"; }
# Where the C library's xl dies, the domain stays.
none_left() {
  made rl
  [ -z "$(id_of rl)" ] || { echo 'a domain is left'; reference destroy rl; }
}
head -c 60000 /tmp/rl.old > /tmp/rl.cut
try broken /tmp/rl.cut
domains
config rl-pvh pvh
try broken /tmp/rl-pvh.cfg /tmp/rl.old
domains
LIBXL_CONVERT_HELPER=/no/such/program try broken /tmp/rl.old
none_left
LIBXL_CONVERT_HELPER=/bin/false try broken /tmp/rl.old
none_left
domains
rm /tmp/rl.img /tmp/rl.old /tmp/rl.cut
#: long
