# USB of a PV guest without a QEMU to serve it.
#: usb
usb_host
guest none pv -p
try xl usbctrl-attach none
try xl usbctrl-attach none type=qusb
try xl usbctrl-attach none type=devicemodel
try xl usbdev-attach none hostbus=1 hostaddr=2
try xl usb-list none
devices
