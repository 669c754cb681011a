# Domains that cannot be ended.
try_each xl destroy -- 0 Domain-0 nosuch 99 32752 -1 '' 'a b'
try xl destroy
try xl destroy -x still
domains
