# Memory: with room to grow, too little, too much, none.
create m-grows pv 'memory=6' 'maxmem=16'
create m-grows-pvh pvh 'memory=8' 'maxmem=16'
create m-max-only pv 'maxmem=8'
for lines in memory=1 memory=2 memory=0 memory=-1 memory=999999 memory=99999999999 'memory="x"' 'maxmem=2' \
  'maxmem=999999' 'maxmem=-1' 'videoram=4' 'shadow_memory=4'; do
  # Each kind in turn.
  [ "${kind-}" = pv ] && kind=pvh || kind=pv
  create m-odd "$kind" "$lines"
  domains | grep m-odd
  reference destroy m-odd 2> /dev/null
done
config m-none pv
sed -i /^memory=/d /tmp/m-none.cfg
try xl create -q -e -p /tmp/m-none.cfg
made m-none
#: long
