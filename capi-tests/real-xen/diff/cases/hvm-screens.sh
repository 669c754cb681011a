# Screens and consoles of an HVM guest: what QEMU has made is in xenstore.
create hs-vnc hvm vnc=1 vncunused=0 vncdisplay=5 'serial="pty"' nographic=0
id=$(id_of hs-vnc)
nodes "/local/domain/$id/console" | numberless "$id"
nodes "/local/domain/$id/serial" | numberless "$id"
nodes "/local/domain/$id/device/vkbd" | numberless "$id"
qemu hs-vnc
try xl destroy hs-vnc
create hs-serials hvm 'serial=["pty","null","pty"]' 'vkb_device=0'
id=$(id_of hs-serials)
nodes "/local/domain/$id/serial" | numberless "$id"
nodes "/local/domain/$id/device" | numberless "$id"
qemu hs-serials
try xl destroy hs-serials
#: long
