# A bootloader that hangs: its domain is destroyed, and it ends.
head -c 1048576 /dev/zero > /tmp/bl.img
cat > /tmp/bl <<'SCRIPT'
#!/bin/sh
trap 'echo ended > /tmp/bl.ended; exit 1' TERM
echo $$ > /tmp/bl.pid
while :; do sleep 0.1; done
SCRIPT
chmod +x /tmp/bl
rm -f /tmp/bl.pid /tmp/bl.ended
config bl-hangs pv 'bootloader="/tmp/bl"' "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
try xl create -q -e -p /tmp/bl-hangs.cfg > /tmp/bl.out 2> /tmp/bl.err &
until_true test -s /tmp/bl.pid
made bl-hangs
domains | grep -c '^bl-hangs'
try reference destroy bl-hangs
wait
cat /tmp/bl.out
cat /tmp/bl.err >&2
cat /tmp/bl.ended
until_true eval '! kill -0 $(cat /tmp/bl.pid)' && echo "it is gone"
ls /var/lib/xen | grep bootloader
domains
