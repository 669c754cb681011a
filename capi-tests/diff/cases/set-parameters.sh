# The hypervisor's run-time parameters.
try xl set-parameters nosuch=1
try xl set-parameters ''
try xl set-parameters ept=bogus
try xl set-parameters
