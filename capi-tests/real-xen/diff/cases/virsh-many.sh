#: long
# Several clients at once.
libvirt
for n in 1 2 3 4 5 6; do
  xml "v-many-$n" pvh
  virsh create "/tmp/v-many-$n.xml" > /dev/null 2>&1 &
  made_by[n]=$!
done
for n in 1 2 3 4 5 6; do wait "${made_by[n]}"; echo "create: $?"; done
made v-many-{1..6}
try virsh list --name
for n in 1 2 3 4 5 6; do virsh suspend "v-many-$n" > /dev/null 2>&1 & made_by[n]=$!; done
for n in 1 2 3 4 5 6; do wait "${made_by[n]}"; echo "suspend: $?"; done
for n in 1 2 3; do virsh destroy v-many-1 > /dev/null 2>&1 & made_by[n]=$!; done
for n in 1 2 3; do wait "${made_by[n]}"; done
for n in 2 3 4 5 6; do virsh destroy "v-many-$n" > /dev/null 2>&1 & made_by[n]=$!; done
for n in 2 3 4 5 6; do wait "${made_by[n]}"; echo "destroy: $?"; done
try virsh list --all
domains
