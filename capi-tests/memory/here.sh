# The cases under the pretended hypervisor, in namespaces of their own (run --here), with the run's folder in $1.
. "$(dirname "$0")/../runtime/here/world.sh"
. /tmp/settings
set -f
# shellcheck disable=SC2086 # patterns, one word each
LD_PRELOAD=$HARNESS_PRELOAD MEMORY_C='' MEMORY_OURS=/tmp/ours /tmp/memory run "$seconds" $cases
