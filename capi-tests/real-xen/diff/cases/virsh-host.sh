# What libvirt finds out about the host with the library.
#: long
#: sed stdout s/^(CPU time: +)[0-9.]+s/\1N/ -- they run for so long
libvirt
try virsh version
try virsh uri
try virsh capabilities
try virsh domcapabilities
for machine in xenpv xenpvh xenfv; do try virsh domcapabilities --machine $machine; done
try virsh nodeinfo
try virsh maxvcpus xen
try_each virsh freecell -- --all 0
try virsh freepages --all
try virsh nodecpumap
try virsh cpu-models x86_64
try virsh list --all
try virsh dominfo Domain-0
try virsh vcpucount Domain-0
try virsh domstate Domain-0 --reason
