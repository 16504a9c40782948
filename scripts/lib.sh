# Shared by the scripts in this folder; sourced, never run.
# shellcheck shell=bash

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# Not inside .build, which SwiftPM owns and `swift package reset` removes.
VENV="$REPO/.build-tools/venv"
# Checks metrics and the rules for them; see scripts/install-dependencies.
# shellcheck disable=SC2034
PROMTOOL="$REPO/.build-tools/promtool"
export PYTHONDONTWRITEBYTECODE=1

heading() {
    printf '\n== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Through a pipe: to a terminal the compiler is told to print in colour, and with another command line everything that
# was built without one would be built again.
swift_build() {
    swift build "$@" 2>&1 | cat
}

need_root() {
    [ "$(id -u)" -eq 0 ] || die "run as root: $* needs network namespaces and devices of its own"
}

# The newest of Debian's generic kernels. The cloud flavour has no 9p, and the rt flavour is not what people run.
kernel_image() {
    local image newest=
    while IFS= read -r image; do
        case "$image" in
            *-cloud-amd64 | *-rt-amd64) ;;
            *) newest=$image ;;
        esac
    done < <(find /boot -maxdepth 1 -name 'vmlinuz-*-amd64' | sort -V)
    printf '%s' "$newest"
}
