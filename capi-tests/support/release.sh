# The release of Xen that a script is about: XEN in the environment, as for make; 4.17 without it. To be sourced. Sets
#   release    such as 4.20
#   debian     the Debian that has it, such as trixie (idl/releases.txt)
#   later      the release again, but empty for 4.17: what is made for a later one lies in a folder xen-$later
#   soname     the file of its libxenlight
release=${XEN:-4.17}
debian=$(awk -v release="$release" '!/^ *#/ && $1 == release { print $2 }' \
  "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../idl/releases.txt")
case $debian in
  "" | -) echo "$(basename "$0"): no Debian has Xen $release (XEN)" >&2; exit 1 ;;
esac
# shellcheck disable=SC2034 # for those that source this
later=${release#4.17} soname=libxenlight.so.$release
