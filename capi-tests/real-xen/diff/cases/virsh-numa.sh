#: long
# An HVM guest's own NUMA nodes. (A PVH guest's: create-vnuma.)
libvirt
vcpus=2 xml v-numa hvm
sed -i "s,</os>,</os><cpu mode='host-passthrough'><numa><cell id='0' cpus='0' memory='16384' unit='KiB'><distances><sibling id='0' value='10'/><sibling id='1' value='20'/></distances></cell><cell id='1' cpus='1' memory='16384' unit='KiB'><distances><sibling id='0' value='20'/><sibling id='1' value='10'/></distances></cell></numa></cpu>," /tmp/v-numa.xml
try virsh create /tmp/v-numa.xml
made v-numa
[ -z "$(id_of v-numa)" ] || { of_domain v-numa; try virsh dumpxml v-numa; }
try virsh numatune v-numa
virsh destroy v-numa > /dev/null 2>&1
try virsh domxml-to-native xen-xl --xml /tmp/v-numa.xml
