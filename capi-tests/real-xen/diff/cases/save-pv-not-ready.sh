# A PV guest that stops without having told where its start page is: libxc refuses, and the guest is let run.
guest notready pv
suspends notready
try xl save notready /tmp/notready.img
domains
try xl save -c -p notready /tmp/notready.img
domains
nodes "/local/domain/$id/control"
rm -f /tmp/notready.img
