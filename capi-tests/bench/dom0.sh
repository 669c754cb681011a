# The measurements, in dom0: each row with Debian's library and ours in turn, several
# rounds. Leaves lines "ROW SIDE WHAT VALUE" in /share/out/figures.
cd /share || exit 1
figures=/share/out/figures
: > $figures
rounds=${ROUNDS:-5}
bench=/tmp/bench
cp /share/bench $bench
mkdir -p /tmp/lib && cp /share/lib/libxenlight.so.4.17 /tmp/lib/   # not from the share: its speed is QEMU's
xl=/usr/lib/xen-4.17/bin/xl

on() { # SIDE COMMAND…
  local side=$1
  shift
  if [ "$side" = ours ]; then LD_LIBRARY_PATH=/tmp/lib "$@"; else "$@"; fi
}

# row NAME N [ROW]: the time of ROW (or NAME), N times a round; then calls to the
# kernel and trips to xenstored, from the difference between 1 and 5 calls.
row() {
  local name=$1 n=$2 op=${3:-$1} round side value
  for round in $(seq "$rounds"); do
    for side in debian ours; do
      value=$(on $side $bench "$op" "$n" 2>/tmp/err) || { value=-; [ "$round" != 1 ] || sed 's/^/  /' /tmp/err; }
      echo "$name $side ns $value" >> $figures
    done
  done
  for side in debian ours; do
    for n in 1 5; do
      on $side strace -f -o "/tmp/trace.$n" $bench quiet "$op" "$n" 2>/dev/null || return 0
    done
    python3 -I /share/trips.py /tmp/trace.1 /tmp/trace.5 4 | sed "s/^/$name $side /" >> $figures
  done
}

# whole NAME COMMAND…: a whole process.
whole() {
  local name=$1 round side value
  shift
  for round in $(seq "$rounds"); do
    for side in debian ours; do
      value=$(on $side $bench exec 3 "$@" 2>/dev/null) || value=-
      echo "$name $side ns $value" >> $figures
    done
  done
  for side in debian ours; do
    : > /tmp/trace.0
    on $side strace -f -o /tmp/trace.1 "$@" > /dev/null 2>&1 || continue
    python3 -I /share/trips.py /tmp/trace.0 /tmp/trace.1 1 | sed "s/^/$name $side /" >> $figures
  done
}

say() { echo "[$(cut -d. -f1 /proc/uptime) s] $*"; }

$bench rich > /share/rich.json || exit 1
say "with dom0 alone"
row ctx 20
row list-1 20 list
row physinfo 40
row userdata 20
row to-json 20
row from-json 20
for round in $(seq "$rounds"); do
  for side in debian ours; do
    value=$(on $side $bench rss 2>/dev/null) || value=-
    echo "rss $side kB $value" >> $figures
  done
done
whole xl-list-1 $xl list
whole xl-info $xl info

say "making 40 domains"
$bench create 40 || exit 1
say "with $(($($xl list | wc -l) - 1)) domains"
row list-41 5 list
row names-41 1 names
whole xl-list-41 $xl list
say "done"
