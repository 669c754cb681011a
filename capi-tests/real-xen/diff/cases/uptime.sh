# How long host and guests have been up.
#: sed stdout s/[0-9]+:[0-9]{2}:[0-9]{2}/TIME/g     -- it passes
#: sed stdout s/ up +[0-9]+:[0-9]{2},/ up TIME,/  -- it passes
#: sed stdout s/ [0-9]+ (min|sec|second|minute)s?/ N/g  -- so it does
try xl uptime
try xl uptime -s
try_each xl uptime -- linux-pv idle 0 nosuch 99 -1
try_each xl uptime -s -- still idle-pvh nosuch
try xl uptime still idle
