# Processors: how many, and how many of them at once.
create v-two pv 'vcpus=2'
create v-some pv 'vcpus=1' 'maxvcpus=4'
create v-some-pvh pvh 'vcpus=2' 'maxvcpus=3'
create v-none pv 'vcpus=0'
create v-max pv 'maxvcpus=3'
try reference vcpu-list v-two v-some v-some-pvh v-max
for lines in 'vcpus=-1' 'vcpus=129' 'vcpus=9999' 'vcpus="x"' 'maxvcpus=0' 'maxvcpus=-3'; do
  # Each kind in turn.
  [ "${kind-}" = pv ] && kind=pvh || kind=pv
  create v-odd "$kind" "$lines"
  reference destroy v-odd 2> /dev/null
done
create v-more pv 'vcpus=3' 'maxvcpus=2'
#: sed stdout s/ +[0-9]+\.[0-9] / TIME /    -- the time used
#: sed stdout s/^([^ ]+ +[^ ]+ +[0-9]+) +[0-9]+ +[r-][b-]([p-] TIME)/\1 CPU ??\2/  -- where it runs and whether
#: long
