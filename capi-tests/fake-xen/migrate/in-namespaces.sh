# The cases under fake-xen.c, in namespaces of its own (run), with the run's folder in $1.
folder=$1
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host_in_tmp "$folder"
export LD_LIBRARY_PATH=/tmp/ours LD_PRELOAD="/tmp/more-xen.so /tmp/fake-xen.so"
# What is free counts as free: without the lists that malloc keeps for each thread.
export GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0
status=0
for what in ${WHAT:-save restore reset rounds}; do /tmp/migrate "$what" || status=1; done
exit $status
