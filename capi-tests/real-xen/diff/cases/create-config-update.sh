# What the domain would be next time.
create cu-pv pv
try xl config-update cu-pv /tmp/cu-pv.cfg 'on_crash="preserve"' 'memory=6'
try xl config-update cu-pv /tmp/cu-pv.cfg 'nonsense'
try xl config-update nosuch /tmp/cu-pv.cfg
reference list -l cu-pv
#: sed stderr s/setting dom[0-9]+/setting domN/    -- a number of its own
