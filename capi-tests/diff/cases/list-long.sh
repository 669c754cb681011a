# Everything about the domains, as JSON, from their stored configuration.
try xl list -l
try_each xl list -l -- linux-pv linux-pvh still idle-pvh 0
try xl list --long still
