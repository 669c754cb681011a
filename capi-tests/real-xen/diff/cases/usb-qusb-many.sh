# Several controllers of a PV guest that its QEMU serves: numbers, ports, devices in them; one between others goes.
#: usb
usb_host
guest usbv pv 'vfb=["vnc=0"]' -p
for arguments in version=1 'version=2 ports=31' 'type=qusb ports=1'; do
  # shellcheck disable=SC2086 # several arguments
  try xl usbctrl-attach usbv type=qusb $arguments
done
try xl usbdev-attach usbv hostbus=1 hostaddr=2 controller=2 port=1
try xl usbdev-attach usbv hostbus=1 hostaddr=3 controller=2
try xl usbdev-attach usbv hostbus=1 hostaddr=3 controller=1 port=31
try xl usb-list usbv
try xl usbctrl-detach usbv 1
try xl usbctrl-detach usbv 0
try xl usb-list usbv
try xl usbctrl-attach usbv type=qusb
try xl usbdev-attach usbv hostbus=1 hostaddr=3
try xl usb-list usbv
devices
try xl list -l usbv
