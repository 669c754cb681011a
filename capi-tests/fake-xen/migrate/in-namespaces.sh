# The cases under fake-xen.c, in namespaces of its own (run), with the run's folder in $1.
folder=$1
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host_in_tmp "$folder"
export LD_LIBRARY_PATH=/tmp/ours LD_PRELOAD="/tmp/more-xen.so /tmp/fake-xen.so"
status=0
for what in ${WHAT:-save restore reset}; do /tmp/migrate "$what" || status=1; done
exit $status
