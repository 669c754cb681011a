# An HVM guest with its QEMU is saved and runs on, is saved and is gone, and goes on with a QEMU that has the state of the
# other; images of either library are read by the other.
truncate -s 1M /tmp/sh-disk
guest sh hvm 'disk=["/tmp/sh-disk,raw,hda,rw"]' 'viridian=1'
sleep 2
status() { reference qemu-monitor-command sh 'info status'; }
left() { ls /var/lib/xen | grep -E '^qemu-(save|resume)'; }
try xl save -c sh /tmp/sh.img
status
domains
try xl save sh /tmp/sh.img
domains
image /tmp/sh.img
try xl restore -e -p /tmp/sh.img
made sh
domains
status
qemu sh
of_domain sh
devices
try xl unpause sh
sleep 2
status
left
try reference save sh /tmp/sh.img
image /tmp/sh.img
try xl restore -e /tmp/sh.img
made sh
status
try xl save sh /tmp/sh.img
try reference restore -e /tmp/sh.img
made sh
status
left
try xl destroy sh
rm /tmp/sh.img /tmp/sh-disk
#: long
