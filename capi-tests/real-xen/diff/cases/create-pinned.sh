# Hard and soft affinity of vcpus from the start.
n=0
pinned() {
  n=$((n + 1))
  create "p$n" pv vcpus=2 "$@"
}
pinned 'cpus="0"'
pinned 'cpus="1"' 'cpus_soft="0"'
pinned 'cpus=["0","1"]'
pinned 'cpus=[1]'
pinned 'cpus="all"'
pinned 'cpus="0-1,^0"'
pinned 'cpus_soft="1"'
pinned 'cpus="node:0"'
for bad in '"7"' '"x"' '""' '"^0,^1"' '["0","1","0"]' '[]' '[-1]' 9 '"node:9"' '[[0]]' '"0-"'; do
  pinned "cpus=$bad"
done
pinned 'cpus_soft="7"'
pinned 'cpus_soft="x"'
# shellcheck disable=SC2046 # one word for each
try reference vcpu-list $(domains | grep -o '^p[0-9]* ')
#: sed stdout s/ +[0-9]+\.[0-9] / TIME /    -- the time used
#: sed stdout s/^([^ ]+ +[^ ]+ +[0-9]+) +[0-9]+ +[r-][b-]([p-] TIME)/\1 CPU ??\2/  -- where it runs and whether
#: long
