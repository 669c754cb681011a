# USB of a PV guest that the kernel is to serve: Debian's has no usbback, and nobody connects the controller.
#: long
guest usbp pv -p
try xl usbctrl-attach usbp type=pv
try xl usb-list usbp
devices
try xl usbctrl-detach usbp 0
try xl usb-list usbp
devices
