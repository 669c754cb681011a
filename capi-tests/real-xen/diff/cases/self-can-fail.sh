# The runner's own test: every part differs, and the runner has to see it.
#: must-differ status    -- the exit status names the side
#: must-differ stdout    -- so does the output
#: must-differ stderr    -- and the errors
#: must-differ xenstore  -- and a node
#: must-differ files     -- and the userdata
#: must-differ domains   -- and the name of a guest
echo "$side"
echo "$side" >&2
xenstore-write /tool/side "$side"
echo "$side" > /var/lib/xen/userdata-d.0.00000000-0000-0000-0000-000000000000.side
guest "g$side" pv -p
[ "$side" = ours ]
