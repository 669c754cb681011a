# A PVH guest without a QEMU starts another kernel in its place.
config sr-pvh pvh
try xl create -q /tmp/sr-pvh.cfg
made sr-pvh
until_true eval "domains | grep -q '^sr-pvh .*-b----'"
ends "$(id_of sr-pvh)" 5
settled() { daemon_log sr-pvh | tail -1 | grep -q '^Waiting' || ! pgrep -f 'xl create -q /tmp/sr-pvh.cfg' > /dev/null; }
until_true eval "daemon_log sr-pvh | grep -q 'Rebooting now'"
until_true settled
daemon_log sr-pvh
echo "it is $(domains | grep -q '^sr-pvh .*-b----' && echo there || echo gone)"
reference destroy sr-pvh 2> /dev/null || true
