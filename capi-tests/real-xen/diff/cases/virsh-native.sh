# Configurations as xl and as libvirt write them.
#: long
libvirt
bridge xenbr0
config v-native pv 'disk=["phy:/dev/loop0,xvda,w"]' 'vif=["mac=00:16:3e:00:00:01,bridge=xenbr0"]' 'maxmem=16'
try virsh domxml-from-native xen-xl /tmp/v-native.cfg
config v-hvm hvm 'disk=["format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd"]' 'boot="dc"' 'usb=1' 'usbdevice="tablet"'
try virsh domxml-from-native xen-xl /tmp/v-hvm.cfg
xml v-xml hvm "<disk type='file' device='disk'><source file='/tmp/disk'/><target dev='hda'/></disk>" "<interface type='bridge'><mac address='00:16:3e:00:00:02'/><source bridge='xenbr0'/></interface>"
try virsh domxml-to-native xen-xl --xml /tmp/v-xml.xml
