# USB of a PV guest with the kernel as back end: Debian's kernel has no usbback, so the controller is not connected.
#: long
guest usbp pv -p
try xl usbctrl-attach usbp type=pv
try xl usb-list usbp
devices
try xl usbctrl-detach usbp 0
try xl usb-list usbp
devices
