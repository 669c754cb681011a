# The hypervisor's run-time parameters.
look() {
  for name in loglvl guest_loglvl gnttab_max_frames conswitch; do xenhypfs cat "/params/$name"; done
}
look
try xl set-parameters loglvl=all
look
try xl set-parameters 'loglvl=warning/error guest_loglvl=all'
look
try xl set-parameters 'gnttab_max_frames=50 nosuch=1 loglvl=debug'
look
try xl set-parameters 'loglvl=bogus'
try xl set-parameters 'gnttab_max_frames=x'
try xl set-parameters 'conswitch=abcdefghijklmnopqrstuvwxyz'
try xl set-parameters ' guest_loglvl=info  '
look
try xl set-parameters 'loglvl='
try xl set-parameters '=1'
try xl set-parameters nosuch=1
try xl set-parameters no-nosuch
try xl set-parameters ''
try xl set-parameters ept=bogus
try xl set-parameters a/b=1
try xl set-parameters ../params/loglvl=all
try xl set-parameters
look
reference set-parameters 'loglvl=warning guest_loglvl=none/warning gnttab_max_frames=64'
