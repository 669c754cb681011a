# Emulated USB controllers of an HVM guest: of each version, and those that cannot be; added, listed, removed.
#: long
guest usbc hvm -p
try xl usb-list usbc
try xl usbctrl-attach usbc
try xl usbctrl-attach usbc version=1
try xl usbctrl-attach usbc type=devicemodel version=2 ports=6
try xl usbctrl-attach usbc version=3 ports=15
try_each xl usbctrl-attach usbc -- version=4 version=1\ ports=3 type=nonsense nonsense
try xl usbctrl-attach usbc version=1 ports=3
try xl usbctrl-attach usbc version=3 ports=16
try xl usbctrl-attach usbc type=devicemodel version=9
try xl usb-list usbc
devices
try xl usbctrl-detach usbc 1
try xl usbctrl-detach usbc 1
try xl usbctrl-detach usbc 77
try xl usbctrl-detach usbc 3
try xl usb-list usbc
devices
try xl usbctrl-attach usbc version=3
try xl usb-list usbc
for ctrl in 0 2 3 4; do try xl usbctrl-detach usbc $ctrl; done
try xl usb-list usbc
devices
try_each xl usb-list -- nobody
try xl usbctrl-attach nobody
try xl usbctrl-detach nobody 0
