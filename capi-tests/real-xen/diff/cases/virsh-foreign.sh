#: long
# Guests that were made without libvirt.
libvirt
guest v-foreign pvh
try virsh list --all
try virsh dominfo v-foreign
try virsh domstate v-foreign
try virsh destroy v-foreign
xml v-foreign pvh
try virsh create /tmp/v-foreign.xml
started v-mine pvh
try xl pause v-mine
try virsh domstate --reason v-mine
try xl unpause v-mine
try xl rename v-mine v-yours
try virsh list --all
try virsh domname "$(id_of v-yours)"
try xl destroy v-yours
until_true eval '! virsh list --all --name | grep -q v-mine'
try virsh list --all
