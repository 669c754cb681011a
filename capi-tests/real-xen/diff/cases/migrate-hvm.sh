# An HVM guest with its QEMU moves, and runs on here when the receiver has gone.
truncate -s 1M /tmp/mh-disk
guest mh hvm 'disk=["/tmp/mh-disk,raw,hda,rw"]'
sleep 2
status() { reference qemu-monitor-command mh 'info status'; }
try xl migrate -s '' mh "printf 'xl migration receiver ready, send binary domain data.\n'; head -c 3000000 > /dev/null; exit 4"
status
domains
try xl migrate -s '' mh "printf 'xl migration receiver ready, send binary domain data.\n'; timeout 30 cat > /dev/null"
status
domains
try move mh --
made mh
status
domains
id=$(id_of mh)
devices
try move mh -p -- -p
made mh
status
domains
ls /var/lib/xen | grep -E '^qemu-(save|resume)'
try xl destroy mh
rm /tmp/mh-disk
#: long
