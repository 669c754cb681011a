#: long
#: sed stdout s/\bvif[0-9]+\./vifN./  -- the domain's number
# Network cards of every kind at creation.
libvirt
bridge xenbr0
mac="<mac address='00:16:3e:00:00:06'/>"
for nic in "<interface type='bridge'>$mac<source bridge='xenbr0'/><target dev='v-name'/><bandwidth><outbound average='1000'/></bandwidth></interface>" \
  "<interface type='bridge'>$mac<source bridge='xenbr0'/><model type='e1000'/></interface>" \
  "<interface type='bridge'>$mac<source bridge='xenbr0'/><script path='/etc/xen/scripts/vif-bridge'/><mtu size='1400'/></interface>" \
  "<interface type='ethernet'>$mac<script path='/etc/xen/scripts/vif-none'/><ip address='192.0.2.1'/></interface>" \
  "<interface type='network'>$mac<source network='none'/></interface>" \
  "<interface type='user'>$mac</interface>" \
  "<interface type='bridge'><mac address='nonsense'/><source bridge='xenbr0'/></interface>"; do
  started v-nics pvh "$nic"
  [ -z "$id" ] || { devices; try virsh domiflist v-nics; try virsh destroy v-nics; }
done
# Debian's vif script takes a card's own name for the guest's number.
xenstore-rm /local/domain/v-name 2> /dev/null || true
