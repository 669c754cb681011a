# What the sender's options make of the receiver's command, which is not ssh here but shows what it is given.
guest mo pvh
suspends mo
cat > /tmp/mo-ssh <<'S'
#!/bin/sh
echo "ssh: $*" >&2
shift 2
exec env LD_LIBRARY_PATH=/tmp/lib/$side "$real_xl" "$@"
S
chmod 755 /tmp/mo-ssh
export real_xl
over() { xl migrate -s /tmp/mo-ssh "$@" nowhere 2> /tmp/moved; set -- $?; sort /tmp/moved >&2; return "$1"; }
try over -e mo
made mo
domains
suspends mo
try over --live -e -p mo
made mo
domains
try xl unpause mo
suspends mo
try over -e --debug mo
made mo
domains
try over -x mo
try over
rm /tmp/mo-ssh
#: long
