#: long
#: sed stderr /^[0-9-]{10} [0-9:.]+\+0000: /d  -- libvirt's log
# What the driver cannot do is refused.
libvirt
started v-refused hvm
try virsh send-key v-refused KEY_A
try virsh inject-nmi v-refused
try virsh screenshot v-refused /tmp/v-shot
try virsh qemu-monitor-command v-refused --hmp 'info status'
try virsh snapshot-create v-refused
try virsh blockcopy v-refused hda /tmp/v-copy
try virsh memtune v-refused
try virsh blkiotune v-refused
try virsh domfsinfo v-refused
try virsh domtime v-refused
try virsh dompmsuspend v-refused mem
try virsh dompmwakeup v-refused
try virsh set-user-password v-refused root x
try virsh iothreadinfo v-refused
try virsh domjobabort v-refused
try virsh migrate-setmaxdowntime v-refused 10
try virsh migrate v-refused xen:///system
try virsh migrate v-refused xen+ssh://none.invalid/system
try virsh domblkthreshold v-refused hda 10
try virsh node-memory-tune
try virsh nodesuspend mem 60
try virsh destroy v-refused
