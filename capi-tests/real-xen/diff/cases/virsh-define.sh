# Domains that libvirt keeps: defined, started, ended, taken out of its list.
#: long
libvirt
xml v-define pvh
try virsh define /tmp/v-define.xml
try virsh list --all
try virsh dominfo v-define
try virsh dumpxml v-define
try virsh autostart v-define
try virsh start v-define
made v-define
try virsh start v-define
try virsh dominfo v-define
try virsh undefine v-define
try virsh destroy v-define
try virsh list --all
try virsh define /tmp/v-define.xml
try virsh domrename v-define v-defined
try virsh undefine v-defined
try virsh undefine v-defined
