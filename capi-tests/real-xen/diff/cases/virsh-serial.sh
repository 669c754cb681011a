#: long
# Serial ports and channels.
libvirt
started v-serial hvm "<serial type='file'><source path='/tmp/v-serial-out'/></serial>" "<serial type='unix'><source mode='bind' path='/tmp/v-serial-socket'/></serial>" \
  "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='5555'/><protocol type='raw'/></serial>" "<serial type='null'/>"
qemu v-serial
try virsh dumpxml v-serial
try virsh destroy v-serial
started v-serial pv "<channel type='pty'><target type='xen' name='one'/></channel>" "<channel type='unix'><source path='/tmp/v-channel'/><target type='xen' name='two'/></channel>"
devices
try virsh ttyconsole v-serial
