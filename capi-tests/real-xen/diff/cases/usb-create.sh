# Guests made with USB controllers and devices: emulated, served by QEMU; and those that cannot be.
#: usb
usb_host
create usbn hvm 'usbctrl=["version=1","version=3,ports=4"]' 'usbdev=["hostbus=1,hostaddr=2,controller=1,port=2"]'
try xl usb-list usbn
usb_of usbn
qemu usbn | grep -i usb
id=$(id_of usbn)
devices
try xl destroy usbn
create usbo hvm 'usbctrl=["version=3"]' 'usbdev=["hostbus=1,hostaddr=2","hostbus=1,hostaddr=3"]'
try xl usb-list usbo
try xl list -l usbo
try xl destroy usbo
create usbm pv 'usbctrl=["type=qusb,ports=2"]' 'usbdev=["hostbus=1,hostaddr=3,controller=0,port=1"]'
id=$(id_of usbm)
until_state "/local/domain/0/backend/qusb/$id/0" 2
try xl usb-list usbm
devices
try xl destroy usbm
create usbx hvm 'usbctrl=["version=3"]' 'usbdev=["hostbus=1,hostaddr=4"]'
create usbx hvm 'usbctrl=["version=3"]' 'usbdev=["hostbus=1,hostaddr=77"]'
create usbx hvm 'usbctrl=["version=9"]'
create usbx hvm 'usbctrl=["version=3,ports=99"]'
create usbx hvm 'usbctrl=["version=3"]' 'usbdev=["hostbus=1,hostaddr=2,controller=8"]'
create usbx hvm 'usbctrl=["version=3"]' 'usbdev=["hostbus=1,hostaddr=2","hostbus=1,hostaddr=2"]'
create usbx pv 'usbctrl=["type=qusb,version=3"]'
create usbx pv 'usbctrl=["type=devicemodel"]'
