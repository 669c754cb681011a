# Virtual processors of all, of one, of several, of none.
#: sed stdout s/ +[0-9]+\.[0-9] / TIME /    -- the time used
#: sed stdout s/^([^ ]+ +[^ ]+ +[0-9]+) +[0-9]+ +[r-][b-]([p-] TIME)/\1 CPU ??\2/  -- where it runs and whether
try xl vcpu-list
try_each xl vcpu-list -- 0 linux-pv linux-pvh still idle
try xl vcpu-list still idle-pvh 0
try_each xl vcpu-list -- nosuch 99 -1 ''
try xl vcpu-list still nosuch
