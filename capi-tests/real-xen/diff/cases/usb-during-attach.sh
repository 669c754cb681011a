# A PV guest's controller without a back end is listed and detached while it is being attached, and another is attached.
#: long
guest usbw pv -p
later one xl usbctrl-attach usbw type=pv
until_true xenstore-exists "/libxl/$id/device/vusb/0/type"
try xl usb-list usbw
later two xl usbctrl-attach usbw type=pv version=1
until_true xenstore-exists "/libxl/$id/device/vusb/1/type"
try xl usbctrl-detach usbw 0
finished one
finished two
try xl usb-list usbw
devices
