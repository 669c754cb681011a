# Scheduler parameters of a new domain.
n=0
with() {
  n=$((n + 1))
  create "s$n" "$@"
}
with pv cpu_weight=512 cap=50
with pvh cpu_weight=128
with pv cap=0
with pv period=10000 budget=4000
for bad in cpu_weight=0 cpu_weight=-5 cpu_weight=99999999 cap=101 cap=-2 'cpu_weight="x"' latency=5 slice=5 extratime=1; do
  with pv "$bad"
done
try reference sched-credit2
#: long
