# Memory, vcpus and shares of a guest of libvirt.
#: long
libvirt
vcpus=4 started v-memory pvh
try virsh setmem v-memory 6144
try virsh dommemstat v-memory
try virsh setmem v-memory 65536
try virsh setmaxmem v-memory 12288
try virsh setmem v-memory 12288
try virsh setvcpus v-memory 2
try virsh setvcpus v-memory 9
try virsh vcpucount v-memory
try virsh vcpupin v-memory
try virsh vcpupin v-memory 0 1
try virsh vcpupin v-memory
try virsh schedinfo v-memory
try virsh schedinfo v-memory --set weight=512
try virsh schedinfo v-memory --set cap=50
try virsh schedinfo v-memory --set weight=999999
of_domain v-memory
