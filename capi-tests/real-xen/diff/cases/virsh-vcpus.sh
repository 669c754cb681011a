#: long
#: sed stdout s/(cpu_time +)[0-9.]+/\1N/  -- as it comes
# Vcpus: how many, and where they run.
libvirt
vcpus=3 xml v-vcpus pvh
sed -i "s,<vcpu>3</vcpu>,<vcpu placement='static' cpuset='1' current='2'>3</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><shares>300</shares></cputune>," /tmp/v-vcpus.xml
try virsh create /tmp/v-vcpus.xml
made v-vcpus
try virsh vcpuinfo v-vcpus --pretty
try virsh vcpupin v-vcpus
try virsh vcpupin v-vcpus 1 0-1
try virsh vcpupin v-vcpus 1 7
try virsh vcpupin v-vcpus 9 0
try virsh setvcpus v-vcpus 1
try virsh setvcpus v-vcpus 3
try virsh setvcpus v-vcpus 4
try virsh setvcpu v-vcpus 1 --enable
try virsh vcpucount v-vcpus
try virsh emulatorpin v-vcpus
try virsh cpu-stats v-vcpus --total
of_domain v-vcpus
try virsh destroy v-vcpus
