# Figures of guests that libvirt asks for.
#: long
#: sed stdout s/(cpu\.(time|user|system)=|vcpu\.[0-9]\.time=|^[0-9 ]+cpu_time +|\.(rx|tx)\.(bytes|pkts)=)[0-9.]+/\1N/ -- they run for so long
#: sed stdout s/vif[0-9]+\./vifID./ -- the domain's number
#: sed files s/vif[0-9]+\./vifID./ -- the domain's number
libvirt
bridge xenbr0
started v-stats pvh "<interface type='bridge'><mac address='00:16:3e:00:00:04'/><source bridge='xenbr0'/></interface>"
try virsh domstats v-stats --state --balloon --vcpu
try virsh dommemstat v-stats
try virsh domiflist v-stats
try virsh domblkstat v-stats xvda
try virsh ttyconsole v-stats
try virsh domhostname v-stats
try virsh domjobinfo v-stats
try virsh list --title --uuid
try virsh numatune v-stats
try virsh numatune Domain-0
