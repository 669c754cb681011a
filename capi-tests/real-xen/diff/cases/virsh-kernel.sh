# Guests of libvirt whose descriptions ask for more: features, clocks, cpus, memory, devices of every kind.
#: long
libvirt
own_features=1 xml v-kernel hvm "<input type='tablet' bus='usb'/>" "<video><model type='vga' vram='16384'/></video>" "<graphics type='vnc' port='5998' listen='127.0.0.1' passwd='secret'/>" "<serial type='pty'/>" "<sound model='ac97'/>"
sed -i "s,</os>,<boot dev='cdrom'/><boot dev='hd'/></os><features><acpi/><apic/><pae/><hap state='off'/><viridian/></features><clock offset='variable' adjustment='3600' basis='utc'><timer name='hpet' present='no'/></clock><cpu mode='host-passthrough'/>," /tmp/v-kernel.xml
try virsh create /tmp/v-kernel.xml
made v-kernel
qemu v-kernel
try virsh dumpxml v-kernel
id=$(id_of v-kernel)
devices
try virsh destroy v-kernel
