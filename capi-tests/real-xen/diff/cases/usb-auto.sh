# A device without a controller, for a guest that has none, or no free port: one is added.
#: usb
usb_host
guest usba hvm -p
try xl usbdev-attach usba hostbus=1 hostaddr=2
try xl usb-list usba
usb_of usba
devices
guest usbf hvm -p
try xl usbctrl-attach usbf version=3 ports=1
try xl usbdev-attach usbf hostbus=1 hostaddr=3 controller=0
try xl usb-list usbf
usb_of usbf
