#!/bin/sh
# Gets a Debian source package and unpacks it: fetch_source.sh PACKAGE DIR leaves the sources in DIR/PACKAGE.
#
# Machines are rarely configured for source packages, so the configured binary archives are asked for sources, with a
# configuration and a cache of our own: nothing is installed, and apt's state on this machine stays as it is.
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
for tool in apt-get dpkg-source; do
    if ! command -v "$tool" >/dev/null; then
        echo "$0: $tool is missing; on Debian and Ubuntu: apt install dpkg-dev" >&2
        exit 1
    fi
done

mkdir -p "$2"
# The sources move to their place by a rename, hence a temporary directory on the same file system.
work=$(mktemp -d "$(cd "$2" && pwd)/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources.list.d" "$work/lists/partial" "$work/cache/archives/partial" "$work/download"

eval "$(apt-config shell main_list Dir::Etc::sourcelist/f more_lists Dir::Etc::sourceparts/d)"
for file in "$main_list" "$more_lists"/*.list "$more_lists"/*.sources; do
    [ -f "$file" ] || continue
    copy=$work/sources.list.d/$(basename "$file")
    case $file in
    *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$copy" ;;
    *) sed -E -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >"$copy" ;;
    esac
done

# apt downloads as the user _apt, who has to get there.
chmod 755 "$work"
if [ "$(id -u)" = 0 ] && id _apt >/dev/null 2>&1; then
    chown _apt "$work/lists/partial" "$work/cache/archives/partial" "$work/download"
fi
apt() {
    apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources.list.d" \
        -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" "$@"
}
# One archive without sources must not keep us from the others.
apt update || echo "$0: apt update had problems; going on" >&2
(cd "$work/download" && apt source --only-source --download-only "$package")
# apt has checked the files against the signed index already; the signature inside needs a keyring that may be missing.
dpkg-source --no-check -x "$work"/download/*.dsc "$work/unpacked"
# A build system may have made the folder already, empty.
[ ! -d "$target" ] || rmdir "$target"
mv "$work/unpacked" "$target"
