#!/bin/sh
# install_packages.sh PACKAGE...
# Installs those of the Debian packages that are not there yet. Where it may not, or where there is
# no apt, it says what to install and exits 1.
set -eu

missing=""
for package in "$@"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=""
  case $status in
    installed*) ;; # once for each architecture
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

give_up() {
  {
    echo "error: $1"
    echo "Please install these packages (Debian's names) and start again:"
    echo "   $missing"
  } >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 || give_up "this machine has no apt-get"

if [ "$(id -u)" -eq 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo -n"
else
  give_up "installing needs root, or sudo without a password"
fi

echo "Installing:$missing"
# Both lists are split into words on purpose. apt's own words are only of interest if it fails. A
# machine that has just started may be installing something itself.
# shellcheck disable=SC2086
apt() {
  if ! log=$($as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
    -o DPkg::Lock::Timeout=300 "$@" 2>&1); then
    printf '%s\n' "$log" >&2
    give_up "apt-get $1 failed"
  fi
}
apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing
