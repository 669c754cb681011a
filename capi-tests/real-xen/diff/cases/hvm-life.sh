# An HVM guest with a QEMU that runs: told to pause, go on, and to end, in every way there is.
guest hl hvm
until_true eval 'domains | grep -q "^hl .*-b----"'
try xl pause hl
domains
try xl unpause hl
try_each xl trigger hl -- power sleep s3resume nosuch
try xl trigger hl nmi 9
try xl sysrq hl s
try xl button-press hl power
try xl mem-set hl 12
try xl mem-max hl 20
try xl list -l hl
try xl shutdown -F hl
try xl reboot -F hl
try xl shutdown hl
domains
try xl qemu-monitor-command hl 'info status'
try xl qemu-monitor-command hl 'info block'
ends "$id" 0
until_true eval 'domains | grep -q "^hl .*s"'
domains
try xl destroy hl
#: sed stdout s,"domid": [0-9]+,"domid": N,  -- numbers of domains differ
#: long
