# The cases under the fake hypervisor, in namespaces of their own (run), with the run's folder in $1.
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host_in_tmp "$1"
. /tmp/settings
set -f
# For the processes that it starts, too.
export HARNESS_PRELOAD=/tmp/fake-xen.so
# shellcheck disable=SC2086 # patterns, one word each
LD_PRELOAD=$HARNESS_PRELOAD MEMORY_C='' MEMORY_OURS=/tmp/ours /tmp/memory run "$seconds" $cases
