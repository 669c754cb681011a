# Saving what is not there, to where nothing can be, and the command's own errors.
guest unsaved pvh
try xl save
try xl save unsaved
try xl save no-such-guest /tmp/image
try xl save 31999 /tmp/image
try xl save Domain-0 /tmp/image
try xl save unsaved /no/such/folder/image
try xl save unsaved /tmp
try xl save -x unsaved /tmp/image
try xl save unsaved /tmp/image /no/such/config
ls /tmp/image 2>&1
domains
#: long
#: sed xenstore /\/local\/domain\/0\/memory/d  -- whoever asks first for domain 0's memory makes these nodes
