# The viewer of a guest's screen: which program, its arguments, and the password on its standard input.
guest viewed pv -p
base=/local/domain/$(id_of viewed)/console/vnc
cat > /tmp/viewer <<'SCRIPT'
#!/bin/sh
echo "viewer: $*"
for word; do [ "$word" != -autopass ] || { cat; echo; }; done
exit 7
SCRIPT
chmod +x /tmp/viewer
export VNCVIEWER=/tmp/viewer
try xl vncviewer viewed
xenstore-write "$base-port" 5907
try xl vncviewer viewed
try xl vncviewer --autopass viewed
xenstore-write "$base-listen" 192.0.2.1 "$base-pass" 'secret word'
try xl vncviewer viewed
try xl vncviewer --autopass viewed
try xl vncviewer --vncviewer-autopass viewed
xenstore-write "$base-pass" '' "$base-listen" ''
try xl vncviewer -a viewed
xenstore-write "$base-port" 80
try xl vncviewer viewed
VNCVIEWER=/nosuch try xl vncviewer viewed
try xl vncviewer nosuch
try xl vncviewer
