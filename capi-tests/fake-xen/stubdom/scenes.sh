# What is done, in order, with either library.
host_pci
function='"dev": 5, "vfunc_mask": 1'

echo "== a function is attached"
guest
operation pci add "{$function, \"permissive\": true}"
tree
written

echo "== which functions the guest has"
operation pci list
operation config get
stored

echo "== a function of the stub domain itself"
own=$id id=$stub
operation pci list
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1}'
tree
operation pci remove '{"dev": 6, "func": 1, "vfunc_mask": 1}'
tree
id=$own

echo "== the function is detached"
operation pci remove "{$function}"
tree
written

operation guest destroy > /dev/null

echo "== a guest with functions is destroyed"
guest
operation pci add '{"dev": 6, "vfunc_mask": 1, "vdevfn": 48}'
tree
operation guest destroy
functions

echo "== functions that cannot be attached"
guest
operation pci add '{"dev": 9, "vfunc_mask": 1}'
operation pci add '{"dev": 6, "vfunc_mask": 4294967295}'
operation pci remove "{$function}"
nodes /libxl/pci

echo "== a function that the guest does not have, by force"
operation pci destroy "{$function}"
told

echo "== QEMU finds the function late"
echo 3 > "$folder/refuses"
operation pci add "{$function}"
told

echo "== QEMU never finds the function"
guest
echo 99 > "$folder/refuses"
operation pci add '{"dev": 6, "vfunc_mask": 1}'
nodes /libxl/pci
rm "$folder/refuses" "$folder/told"

echo "== the stub domain has gone"
guest
own=$id id=$stub
operation guest destroy
id=$own
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1}'
nodes /libxl/pci

echo "== USB"
guest
host_usb
operation usbctrl add '{"type": "devicemodel", "version": 3, "ports": 4}'
operation usbdev add '{"ctrl": 0, "port": 1, "type.hostdev": {"hostbus": 1, "hostaddr": 7}}'
told | sed "s/'//g"
nodes "/libxl/$id/device/vusb"
operation usbdev remove '{"ctrl": 0, "port": 1, "type.hostdev": {"hostbus": 1, "hostaddr": 7}}'
operation usbctrl remove '{"type": "devicemodel", "devid": 0}'
told
nodes "/libxl/$id/device/vusb"

echo "== a USB device that has got a new address on the host"
guest
operation usbctrl add '{"type": "devicemodel", "version": 3, "ports": 4}'
operation usbdev add '{"ctrl": 0, "port": 1, "type.hostdev": {"hostbus": 1, "hostaddr": 7}}'
told > /dev/null
echo 9 > /sys/bus/usb/devices/1-1/devnum
operation usbdev remove '{"ctrl": 0, "port": 1, "type.hostdev": {"hostbus": 1, "hostaddr": 9}}'
told
echo 7 > /sys/bus/usb/devices/1-1/devnum

# saved: what a stream has of the device model.
saved() { tr -d '\0' < "$folder/stream" | grep -ao '<.*>'; }
echo "== a save"
guest
operation guest save "$folder/stream"
told
saved
operation guest resume
told

echo "== a second save"
operation guest save "$folder/stream"
saved
operation guest resume
operation guest suspend
told
operation guest resume
told

echo "== no device model"
guest
kill "$qemu"
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1}'
operation guest save "$folder/stream"

echo "== the traditional device model"
old_guest
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1, "power_mgmt": true}'
tree
operation pci list
operation pci remove '{"dev": 6, "func": 1, "vfunc_mask": 1}'
tree
xenstore-write /tool/full ''
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1, "vdevfn": 48}'
tree
operation guest save "$folder/stream"
told
saved
operation guest resume
HELPER=dirty operation guest live "$folder/stream"
told
nodes "/local/domain/0/device-model/$id"
kill "$qemu"

echo "== no traditional device model"
old_guest
kill "$qemu"
xenstore-write "/local/domain/0/device-model/$id/state" stopped
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1}'
