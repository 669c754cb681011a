# A console with a name, joined to a terminal by QEMU.
create ch-pv pv "channel=['name=one,connection=pty']"
create ch-socket pv "channel=['name=two,connection=socket,path=/tmp/ch-socket']"
try reference channel-list ch-pv ch-socket
reference destroy ch-pv
reference destroy ch-socket
#: sed stdout s,/dev/pts/[0-9]+,PTY,  -- as it comes
