# A PV guest's life under libvirt.
#: sed stdout s/^(CPU time: +)[0-9.]+s/\1N/; s/^(CPU: +)[01]$/\1N/ -- where it runs is the scheduler's choice
libvirt
started v-life pv
try virsh list
try virsh domid v-life
try virsh domstate --reason v-life
try virsh dominfo v-life
try virsh dumpxml v-life
try virsh vcpuinfo v-life
try virsh vcpucount v-life
try virsh suspend v-life
try virsh domstate --reason v-life
domains
try virsh suspend v-life
try virsh resume v-life
try virsh domstate --reason v-life
of_domain v-life
devices
try virsh destroy v-life
try virsh list --all
try virsh domstate v-life
