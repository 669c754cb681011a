# Changes of a domain's stored description, of what runs, and of both.
#: long
libvirt
bridge xenbr0
xml v-config pvh
try virsh define /tmp/v-config.xml
try virsh setvcpus v-config 3 --config --maximum
try virsh setmaxmem v-config 16384 --config
try virsh setmem v-config 12288 --config
try virsh attach-interface v-config bridge xenbr0 --mac 00:16:3e:00:00:05 --config
try virsh vcpupin v-config 0 1 --config
try virsh dumpxml v-config
try virsh start v-config
made v-config
try virsh vcpupin v-config
try virsh setvcpus v-config 2 --live
try virsh detach-interface v-config bridge --config --live
try virsh dumpxml v-config
try virsh dumpxml v-config --inactive
try virsh destroy v-config
try virsh dumpxml v-config
try virsh undefine v-config
