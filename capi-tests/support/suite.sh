# What every suite's `run` has in common; sourced by it. Its arguments have one form, options and others in any order:
#
#   run [OPTION…] LIB [CASE…]
#
# LIB is the library under test. CASE is a pattern of cases' names; without one, all run. Each suite takes those of these
# options that mean something to it, and says in its head which:
#
#   --here, --vm    where: on this machine (as root, if the suite is in fake-xen), or in the VM, on real Xen. Without one
#                   it is the folder that says: in real-xen and bench the VM, else here
#   --c, --ours, --mixed    with the C library alone, with LIB alone, with both in one host; what the suite is for without
#   --valgrind      LIB once more, or alone, under memcheck
#   --seconds S     how long a case may take, or takes: the suite says which
#   --list          the cases
#   --keep          what the run made is left, and its folder named
#
# Each case is one line "ok CASE" or "FAIL CASE", with what else there is to say after it; the status is 1 if one failed.
#
# The release of Xen is that of release.sh.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/release.sh"

declare -A opt=()
lib=
cases=()

# The head of the script, which says how it is used.
usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

# arguments OPTIONS ARG…: $lib, ${cases[@]} and ${opt[NAME]}, which is 1 or the option's value. OPTIONS are the names of the
# suite's own; one that takes a value ends with =.
arguments() {
  local known=" $1 keep " name
  shift
  while [ $# -gt 0 ]; do
    name=${1#--}
    case $1 in
      --?*)
        if [[ $known == *" $name "* ]]; then
          opt[$name]=1
        elif [[ $known == *" $name= "* ]] && [ $# -gt 1 ]; then
          opt[$name]=$2
          shift
        else
          usage
        fi
        ;;
      *) if [ -z "$lib" ]; then lib=$1; else cases+=("$1"); fi ;;
    esac
    shift
  done
  [ -z "${opt[list]-}" ] || return 0
  [ -n "$lib" ] || usage
  [ "$lib" = - ] || { [ -f "$lib" ] && lib=$(readlink -f "$lib"); } || { echo "no library $lib" >&2; exit 2; }
}

# work_folder: makes the run's folder, $work; it goes with the script.
work_folder() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/xenlight-$(basename "$(dirname "$(readlink -f "$0")")").XXXXXX")
  if [ -n "${opt[keep]-}" ]; then trap 'echo "kept: $work"' EXIT; else trap 'rm -rf "$work"' EXIT; fi
}

# library_in FOLDER: LIB under the name by which a program looks for it, in FOLDER.
library_in() {
  mkdir -p "$1"
  cp "$lib" "$1/$soname"
}

# compile ARG…: cc, with the headers and libraries, libc included, of the Debian that has the release. -L and -B, since
# gcc looks in the machine's own folder before it looks in its sysroot's.
compile() {
  local root libraries
  case $(cc -print-file-name="libxenctrl.so.$release") in
    /*) cc "$@" ;;
    *)
      root=$("$(dirname "${BASH_SOURCE[0]}")/debian-xen" "$release") || return
      libraries=$root/usr/lib/$(cc -print-multiarch)
      cc "--sysroot=$root" "-B$libraries" "-L$libraries" "$@"
      ;;
  esac
}

# sides DEFAULT…: the libraries that the options name; without any, DEFAULT.
sides() {
  local side chosen=()
  for side in c ours mixed; do [ -z "${opt[$side]-}" ] || chosen+=("${side/#c/C}"); done
  if [ ${#chosen[@]} -gt 0 ]; then echo "${chosen[*]}"; else echo "$*"; fi
}

# verdict NAME COMMAND…: the case's line; what the command says is shown if it fails.
verdict() {
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "ok $name"
  else
    echo "FAIL $name"
    sed 's/^/    /' <<<"$said" | head -n "${DIFF_LINES:-100}"
    return 1
  fi
}
