# What ours alone is held to.
host_pci
function='"dev": 5, "vfunc_mask": 1'

echo "== the state comes after the answer"
guest
echo 5 > "$folder/pieces"
for _ in 1 2; do
  operation guest save "$folder/stream"
  tr -d '\0' < "$folder/stream" | grep -ao '<.*>'
  operation guest resume
done
rm "$folder/pieces" "$folder/told"

echo "== all functions of a device"
operation pci add '{"dev": 6, "vfunc_mask": 4294967295, "vdevfn": 48}'
operation pci list
stored
operation pci remove '{"dev": 6, "vfunc_mask": 4294967295, "vdevfn": 48}'
tree

echo "== a function of the stub domain is not the guest's"
own=$id id=$stub
operation pci add '{"dev": 6, "func": 1, "vfunc_mask": 1}'
id=$own
operation pci add "{$function}"
operation pci list
operation pci remove '{"dev": 6, "func": 1, "vfunc_mask": 1}'
own=$id id=$stub
operation pci remove "{$function}"
operation pci remove '{"dev": 6, "func": 1, "vfunc_mask": 1}'
id=$own
: > "$folder/told"

echo "== a guest with functions is destroyed"
operation guest destroy
tree

echo "== the guest does not release it, then it has"
guest
operation pci add "{$function}"
echo 1 > "$folder/stubborn"
operation pci remove "{$function}"
operation pci list
rm "$folder/stubborn"
operation pci remove "{$function}"
operation pci list
: > "$folder/told"

echo "== the stub domain does not release it"
operation pci add "{$function}"
xenstore-write /tool/deaf ''
operation pci remove "{$function}"
operation pci destroy "{$function}"
tree
xenstore-rm /tool/deaf

echo "== QEMU never finds it"
echo 99 > "$folder/refuses"
operation pci add "{$function}"
rm "$folder/refuses"
tree | uniq

echo "== the stub domain does not connect it, and the operation fails"
operation pci add "{$function}"
xenstore-write /tool/deaf ''
operation pci add '{"dev": 6, "vfunc_mask": 1}'
operation pci list
nodes /libxl/pci
xenstore-rm /tool/deaf

echo "== a function whose recorded owner does not exist"
guest
xenstore-write /libxl/pci/0000-00-05-0/domid 9999
operation pci add "{$function}"
nodes /libxl/pci/0000-00-05-0
operation guest destroy
: > "$folder/told"

echo "== a USB device for which a controller was written cannot be stored"
guest
host_usb
# The hypervisor refuses to tell about domains, from each question of the operation on. If QEMU has not got the controller then,
# it is not recorded.
for from in $(seq 100); do
  rm -f "$FAKE_XEN/refused"
  : > "$folder/told"
  FAKE_XEN_REFUSES=$from operation usbdev add '{"type.hostdev": {"hostbus": 1, "hostaddr": 7}}' > "$folder/answer"
  [ -e "$FAKE_XEN/refused" ] || break
  grep -q id=xenusb-0 "$folder/told" || nodes "/libxl/$id/device/vusb/0" | sed 's/^/QEMU does not have it: /'
  operation usbctrl remove '{"type": "devicemodel", "devid": 0}' > "$folder/answer" 2>&1
done
[ "$from" -gt 3 ] && tail -n 2 "$folder/answer"

echo "== a stub domain that has no nodes yet is destroyed with its guest"
guest
xenstore-rm "/local/domain/$stub"
operation guest destroy
id=$stub
operation guest destroy
