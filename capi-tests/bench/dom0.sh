# The measurements, in dom0; figures.json and the table are left in /share/out. (BENCH_SHARE: elsewhere.)
share=${BENCH_SHARE:-/share}
mkdir -p /tmp/bench/ours /tmp/bench/debian "$share/out"
cp "$share/bench" "$share/stand-in" "$share"/*.py /tmp/bench/ || exit 1   # not from the share: its speed is QEMU's
cp "$share"/lib/libxenlight.so.4.* /tmp/bench/ours/
cp -L /usr/lib/x86_64-linux-gnu/libxenlight.so.4.?? /tmp/bench/debian/ || exit 1
cd /tmp/bench || exit 1
set -f
rows=$(cat "$share/rows")

say() { echo "[$(cut -d. -f1 /proc/uptime) s] $*"; }
measure() {
  # shellcheck disable=SC2086 # patterns, one word each
  python3 measure.py "$1" $rows || exit 1
  python3 table.py "$share/out/figures.json" > "$share/out/table.md"
}

if [ -n "${BENCH_PASSTHROUGH:-}" ]; then
  say "with devices of the host"
  measure 8
  exit
fi
if [ -n "${BENCH_HERE:-}" ]; then
  export LD_PRELOAD=/tmp/fake-xen.so
else
  say "dom0 alone"
  measure 1
  say "making ${BENCH_CROWD:-40} domains"
  ./bench crowd "${BENCH_CROWD:-40}" || exit 1
  say "with $(($(xl list | wc -l) - 1)) domains"
  measure 2
fi
say "making guests"
if [ -e /guest/vmlinuz ]; then
  # Before the others, which xenconsoled has to look at too. A kernel that has told Xen where its memory is: others cannot be
  # dumped, and of a PVH guest the dump tries each of a million frames. Without it the rows that dump it fail, no more.
  printf 'name="bench-dump"\ntype="pv"\nkernel="/guest/vmlinuz"\nramdisk="/guest/initrd.gz"\nmemory=128\nvcpus=1\nextra="console=hvc0 quiet"\n' > dump.cfg
  xl create -q dump.cfg && dump=$(xl domid bench-dump)
  for _ in $(seq 120); do ! grep -q 'GUEST UP' /var/log/xen/guest-bench-dump.log || break; sleep 1; done
fi
./bench guests > guests &
answering=$!
until grep -q ready guests; do kill -0 $answering || exit 1; sleep 0.1; done
[ -e /guest/vmlinuz ] || dump=$(xenstore-read /bench/101)
[ -z "${dump:-}" ] || xenstore-write /bench/dump "$dump"
say "with guests"
measure 4
kill $answering
say "done"
