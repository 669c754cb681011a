# A reset with a configuration that has another UUID than the domain: the guest and its network card stay.
config sr-uuid hvm 'vif=["mac=00:16:3e:00:00:01,script=/bin/true"]'
try xl create -q -e -p /tmp/sr-uuid.cfg
made sr-uuid
id=$(id_of sr-uuid)
vm=$(xenstore-read "/local/domain/$id/vm")
ends "$id" 5
tr -d "\0" < "$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)" > /tmp/sr-uuid.json
LD_LIBRARY_PATH=/tmp/lib/$side try /tmp/reset "$id" /tmp/sr-uuid.json
echo "it is $(domains | grep -q '^sr-uuid ' && echo there || echo gone)"
xenstore-read "/libxl/$id/device/vif/0/backend" | sed "s/$id/ID/"
echo "the former nodes are $(xenstore-exists "$vm" && echo left || echo gone)"
xenstore-rm "$vm"
