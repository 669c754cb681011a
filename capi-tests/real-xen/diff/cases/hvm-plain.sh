# An HVM guest with a real QEMU: what it is started with, what others find, and its end.
config hvm-plain hvm 'serial="pty"' 'disk=["/root/hvm-plain.img,raw,hda,rw", "/root/hvm-plain.iso,raw,hdc,ro,cdrom"]' 'usb=1'
truncate -s 1M /root/hvm-plain.img /root/hvm-plain.iso
try xl create -q -e -p /tmp/hvm-plain.cfg
made hvm-plain
qemu hvm-plain
of_domain hvm-plain
id=$(id_of hvm-plain)
devices | numberless "$id"
snapshot built
try xl list -l hvm-plain
try xl unpause hvm-plain
until_true eval 'domains | grep -q "^hvm-plain .*-b----"'
try xl destroy hvm-plain
domains
#: sed stdout s,"domid": [0-9]+,"domid": N,  -- numbers of domains differ
