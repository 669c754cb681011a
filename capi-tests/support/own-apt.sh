# An apt of a script's own, which leaves the machine's sources, lists and packages alone; to be sourced.
#
#   own_apt FOLDER deb|deb-src CODENAME     makes it in FOLDER, for that Debian with its updates, and sets `apt`, the
#                                           arguments of apt-get and apt-cache
own_apt() {
  local folder=$1 kind=$2 codename=$3 suite
  mkdir -p "$folder"/{lists/partial,cache/archives/partial}
  : > "$folder/status"
  for suite in "debian $codename" "debian $codename-updates" "debian-security $codename-security"; do
    echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/$suite main"
  done > "$folder/sources.list"
  apt=(-q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$folder/lists" -o Dir::State::Status="$folder/status" -o Dir::Cache="$folder/cache"
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
}
