#!/bin/sh
# Gets a Debian source package and unpacks it: fetch_source.sh PACKAGE DIR leaves the sources in DIR/PACKAGE.
#
# Machines are rarely configured for source packages, so the configured binary archives are asked for sources, with a
# configuration and a cache of our own: nothing is installed, and apt's state on this machine stays as it is. The index of
# all sources is kept in DIR/.index for the next package; calls at the same time take turns.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 PACKAGE DIR" >&2
    exit 2
fi
package=$1
target=$2/$package

# Every source package has this folder, and it appears together with everything else.
if [ -d "$target/debian" ]; then
    exit 0
fi

give_up() {
    echo "$0: cannot get the sources of $package: $1" >&2
    exit 1
}

for tool in apt-get dpkg-source flock; do
    command -v "$tool" >/dev/null ||
        give_up "$tool is missing; on Debian and Ubuntu: apt install dpkg-dev util-linux"
done

mkdir -p "$2"
index=$(cd "$2" && pwd)/.index
# The sources move to their place by a rename, hence a temporary directory on the same file system.
work=$(mktemp -d "$(cd "$2" && pwd)/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$index/sources.list.d" "$index/lists/partial" "$index/cache/archives/partial" "$work/download"

exec 9>"$index/lock"
flock 9

eval "$(apt-config shell main_list Dir::Etc::sourcelist/f more_lists Dir::Etc::sourceparts/d)"
# shellcheck disable=SC2154  # apt-config has named them
for file in "$main_list" "$more_lists"/*.list "$more_lists"/*.sources; do
    [ -f "$file" ] || continue
    copy=$index/sources.list.d/$(basename "$file")
    case $file in
    *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$copy" ;;
    *) sed -E -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >"$copy" ;;
    esac
done

# apt downloads as the user _apt, who has to get there.
chmod 755 "$work"
if [ "$(id -u)" = 0 ] && id _apt >/dev/null 2>&1; then
    chown _apt "$index/lists/partial" "$index/cache/archives/partial" "$work/download"
fi
apt() {
    apt-get -q -o Acquire::Retries=3 -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$index/sources.list.d" \
        -o Dir::State::lists="$index/lists" -o Dir::Cache="$index/cache" "$@"
}
source_files() {
    (cd "$work/download" && apt source --only-source --download-only "$package")
}

# An index from an earlier call may name files that the archive has replaced since.
if ! { [ -e "$index/complete" ] && source_files; }; then
    rm -f "$index/complete"
    # One archive without sources must not keep us from the others.
    apt update || echo "$0: apt update had problems; going on" >&2
    ls "$index"/lists/*Sources* >/dev/null 2>&1 || give_up "no configured archive has an index of sources that can be \
downloaded. Is there a network? Without: -DGTEST_XDIST_DEBIAN_SUITES=OFF"
    touch "$index/complete"
    source_files || give_up "apt's message is above. Without: -DGTEST_XDIST_DEBIAN_SUITES=OFF"
fi
# apt has checked the files against the signed index already; the signature inside needs a keyring that may be missing.
dpkg-source --no-check -x "$work"/download/*.dsc "$work/unpacked"
# A build system may have made the folder already, empty.
[ ! -d "$target" ] || rmdir "$target"
mv "$work/unpacked" "$target"
