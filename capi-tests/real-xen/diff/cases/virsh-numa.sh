#: long
# A guest's own NUMA nodes.
libvirt
vcpus=2 xml v-numa pvh
sed -i "s,</os>,</os><cpu mode='host-passthrough'><numa><cell id='0' cpus='0' memory='4096' unit='KiB'><distances><sibling id='0' value='10'/><sibling id='1' value='20'/></distances></cell><cell id='1' cpus='1' memory='4096' unit='KiB'><distances><sibling id='0' value='20'/><sibling id='1' value='10'/></distances></cell></numa></cpu>," /tmp/v-numa.xml
try virsh create /tmp/v-numa.xml
made v-numa
[ -z "$(id_of v-numa)" ] || { of_domain v-numa; try virsh dumpxml v-numa; }
try virsh numatune v-numa
try virsh domxml-to-native xen-xl --xml /tmp/v-numa.xml
