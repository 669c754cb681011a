# Guests made with USB controllers and devices: emulated, and served by QEMU.
#: usb
usb_host
create usbn hvm 'usbctrl=["version=1","version=3,ports=4"]' 'usbdev=["hostbus=1,hostaddr=2,controller=1,port=2","hostbus=1,hostaddr=3"]'
try xl usb-list usbn
usb_of usbn
qemu usbn | grep -i usb
id=$(id_of usbn)
devices
try xl destroy usbn
create usbm pv 'usbctrl=["type=qusb,ports=2"]' 'usbdev=["hostbus=1,hostaddr=3,controller=0,port=1"]'
id=$(id_of usbm)
until_state "/local/domain/0/backend/qusb/$id/0" 2
try xl usb-list usbm
devices
try xl destroy usbm
