# Labels, where there is no security policy.
create x-label pv 'seclabel="system_u:system_r:domU_t"'
create x-init pvh 'init_seclabel="system_u:system_r:domU_t"'
create x-both pv 'seclabel="a:b:c"' 'init_seclabel="d:e:f"'
create x-number pv 'seclabel=7'
create x-dm pv 'device_model_stubdomain_seclabel="a:b:c"'
