#: long
# Devices that come and go by their descriptions, in what runs and in what is kept.
libvirt
bridge xenbr0
head -c 1048576 /dev/zero > /tmp/v-a
xml v-live pvh
try virsh define /tmp/v-live.xml
try virsh start v-live
made v-live
id=$(id_of v-live)
echo "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/tmp/v-a'/><target dev='xvdb'/></disk>" > /tmp/v-disk.xml
echo "<interface type='bridge'><mac address='00:16:3e:00:00:0a'/><source bridge='xenbr0'/></interface>" > /tmp/v-nic.xml
echo "<controller type='usb' index='0' model='qusb2' ports='4'/>" > /tmp/v-usb.xml
echo "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0' bus='0' slot='0x1e' function='0'/></source></hostdev>" > /tmp/v-pci.xml
for device in disk nic usb pci; do
  try virsh attach-device v-live /tmp/v-$device.xml --live --config
  try virsh attach-device v-live /tmp/v-$device.xml --live
  try virsh update-device v-live /tmp/v-$device.xml --live
done
devices
try virsh dumpxml v-live --inactive
for device in disk nic usb pci; do
  try virsh detach-device v-live /tmp/v-$device.xml --live --config
  try virsh detach-device v-live /tmp/v-$device.xml --live
done
devices
try virsh destroy v-live
try virsh undefine v-live
