# Virtual NUMA: nodes of memory and vcpus, and what cannot be.
node() { echo "[\"pnode=$1\",\"size=$2\",\"vcpus=$3\",\"vdistances=$4\"]"; }
for kind in pv pvh; do
  common=("type=\"$kind\"" 'kernel="/guest/tiny"' vcpus=4 maxvcpus=4)
  # PVH guests with right ones are beyond the C library: create-vnuma.
  [ $kind = pvh ] || build b-one "${common[@]}" memory=16 "vnuma=[$(node 0 16 0-3 10)]"
  build b-pnode "${common[@]}" memory=16 "vnuma=[$(node 7 16 0-3 10)]"
  build b-size "${common[@]}" memory=16 maxmem=24 "vnuma=[$(node 0 16 0-3 10)]"
  build b-vcpu "${common[@]}" memory=16 "vnuma=[$(node 0 8 0-1 10,20),$(node 0 8 1-3 20,10)]"
  build b-near "${common[@]}" memory=16 "vnuma=[$(node 0 8 0-1 30,20),$(node 0 8 2-3 20,10)]"
done
build b-map type=\"pv\" 'kernel="/guest/tiny"' vcpus=2 maxvcpus=2 memory=16 e820_host=1 "vnuma=[$(node 0 8 0 10,20),$(node 0 8 1 20,10)]"
try xl destroy b-map
domains
#: long
