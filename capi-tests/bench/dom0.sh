# The measurements, in dom0; figures.json and the table are left in /share/out.
mkdir -p /tmp/bench/ours /tmp/bench/debian /share/out
cp /share/bench /share/*.py /tmp/bench/ || exit 1   # not from the share: its speed is QEMU's
cp /share/lib/libxenlight.so.4.17 /tmp/bench/ours/
cp -L /usr/lib/x86_64-linux-gnu/libxenlight.so.4.17 /tmp/bench/debian/ || exit 1
cd /tmp/bench || exit 1
rows=$(cat /share/rows)

say() { echo "[$(cut -d. -f1 /proc/uptime) s] $*"; }
set -- $rows

say "dom0 alone"
python3 measure.py 1 "$@" || exit 1
python3 table.py /share/out/figures.json > /share/out/table.md
say "making ${BENCH_CROWD:-40} domains"
./bench crowd "${BENCH_CROWD:-40}" || exit 1
say "with $(($(/usr/lib/xen-4.17/bin/xl list | wc -l) - 1)) domains"
python3 measure.py 2 "$@" || exit 1
python3 table.py /share/out/figures.json > /share/out/table.md
say "done"
