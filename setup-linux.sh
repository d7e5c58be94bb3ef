#!/bin/sh
# Checks for the system packages that AudioClust needs, and installs those that
# are missing where it may. The only file that knows apt; make calls it.
#
#   sh setup-linux.sh venv PYTHON   what PYTHON needs to create an environment
#   sh setup-linux.sh offscreen     what Qt needs to draw without a screen
#   sh setup-linux.sh screen        that, a window, sound, and fonts for all names
#
# Exit status: 0 nothing is missing; 3 something is missing that AudioClust starts
# without; 1 something is missing that it does not start without.
set -eu
export LC_ALL=C

qt="libglib2.0-0 libgl1 libegl1 libfontconfig1 libxkbcommon0 libdbus-1-3"
x11="libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
wayland=libwayland-cursor0
sound="libportaudio2 libasound2-plugins"
fonts="fonts-dejavu-core fonts-noto-cjk"

case "${1-}" in
venv)
    needed=$("$2" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    wanted=
    ;;
offscreen)
    needed=$qt
    wanted=${fonts% *}
    ;;
screen)
    needed=$qt
    wanted="$wayland $sound $fonts"
    # Under Wayland, or without a display, AudioClust starts without X11's.
    if [ -n "${DISPLAY-}" ] && [ -z "${WAYLAND_DISPLAY-}" ]; then
        needed="$needed $x11"
    else
        wanted="$x11 $wanted"
    fi
    ;;
*)
    echo "usage: sh setup-linux.sh venv PYTHON | offscreen | screen" >&2
    exit 2
    ;;
esac

if [ "$(uname -s)" != Linux ]; then
    exit 0
elif ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
    echo "Not a Debian or Ubuntu system: if AudioClust does not start, or is silent,"
    echo "install what Qt 6 (X11: libxcb-cursor and friends) and PortAudio need."
    exit 0
fi

# Newer releases add t64 to the names of some libraries: either name will do.
missing() {
    present=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n')
    for name; do
        printf '%s\n' "$present" | grep -qxE "[a-z]i $name(t64)?" || printf '%s ' "$name"
    done
}

names_here() {
    for name; do
        case $(apt-cache policy "${name}t64" 2> /dev/null) in
        *"Candidate: "[!\(]*) printf '%s ' "${name}t64" ;;
        *) printf '%s ' "$name" ;;
        esac
    done
}

# Word splitting is wanted wherever a list of packages is passed on.
# shellcheck disable=SC2086
lacking=$(missing $needed $wanted)
[ -n "$lacking" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2> /dev/null; then
    as_root="sudo -n"
else
    as_root=no
fi
if [ "$as_root" != no ]; then
    echo "Installing system packages: $lacking"
    apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y
        -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0"
    # Old lists may still do where there is no network.
    $apt update < /dev/null || true
    install="$apt install --no-install-recommends"
    # shellcheck disable=SC2086
    names=$(names_here $lacking)
    # apt installs nothing if one name is unknown: then each for itself.
    # shellcheck disable=SC2086
    $install $names < /dev/null || for name in $names; do
        $install "$name" < /dev/null || true
    done
    # shellcheck disable=SC2086
    lacking=$(missing $needed $wanted)
    [ -n "$lacking" ] || exit 0
fi

# shellcheck disable=SC2046,SC2086
echo "System packages are missing. To install them:

    sudo apt-get install $(names_here $lacking | sed 's/ $//')
"
# shellcheck disable=SC2086
fatal=$(missing $needed)
if [ -n "$fatal" ]; then
    echo "AudioClust cannot start without ${fatal% }." >&2
    exit 1
fi
echo "AudioClust starts without them, but a window, sound or some letters may be lacking."
exit 3
