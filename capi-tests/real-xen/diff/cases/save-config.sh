# Saved with another configuration, without any in the file, and with the domain's number kept.
#: sed stderr s,^setting dom[0-9]+,setting domN,  -- its number
guest config pvh
suspends config
config other pvh 'memory=12' 'name="config-other"' 'vcpus=2'
try xl save -c config /tmp/config-1.img /tmp/other.cfg
try xl save -D config /tmp/config-2.img
try xl restore -e -p /tmp/config-1.img
made config-other
domains
try xl config-update config-other /tmp/other.cfg
try xl list -l config-other | grep -vE '"(domid|uuid)"'
try xl restore -e /tmp/config-2.img
made config
domains
rm /tmp/config-?.img
#: long
