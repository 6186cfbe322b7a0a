#!/bin/sh
# Installs what Debian or Ubuntu must bring: "run" for the program, "test" for the tests' servers as well.
# Where the user may not install, it says what is missing and goes on: the tests that need it skip with the reason.
set -eu

wanted="${1:?run or test}"
missing=""
welcome=""

need() { # need COMMAND-OR-FILE PACKAGE…
    probe="$1"
    shift
    command -v "$probe" >/dev/null 2>&1 || [ -e "$probe" ] || missing="$missing $*"
}

"${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
need tesseract tesseract-ocr
ls /usr/share/tesseract-ocr/*/tessdata/chi_sim.traineddata >/dev/null 2>&1 || missing="$missing tesseract-ocr-chi-sim"
# PDFs that do not carry their Chinese font are drawn in this one.
need /usr/share/fonts/truetype/wqy/wqy-microhei.ttc fonts-wqy-microhei
if [ "$wanted" = test ]; then
    need /usr/sbin/dovecot dovecot-imapd
    need /usr/lib/dovecot/lmtp dovecot-lmtpd
    need /usr/sbin/postfix postfix
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
    need openssl openssl
    need /usr/sbin/ip iproute2 # workers in network namespaces of their own
    # A look at the mails in a browser and at the exported workbook: the smallest packages, which not all releases have.
    command -v chromium >/dev/null 2>&1 || command -v chromium-headless-shell >/dev/null 2>&1 ||
        welcome="chromium-headless-shell"
    command -v soffice >/dev/null 2>&1 || welcome="$welcome libreoffice-calc-nogui"
fi
[ -n "$missing$welcome" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "not Debian or Ubuntu: please install yourself:$missing $welcome" >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "no right to install packages; please let an administrator run: apt-get install$missing $welcome" >&2
    exit 0
fi
# policy-rc.d keeps the packages' own servers from starting: the tests start private ones.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$guard" >/dev/null
    $as_root chmod 755 "$guard"
    trap '$as_root rm -f "$guard"' EXIT
fi
$as_root apt-get update -qq || [ -z "$missing" ]
install() {
    echo "installing: $*" >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
# shellcheck disable=SC2086 # the list is words on purpose
[ -z "$missing" ] || install $missing
for package in $welcome; do
    install "$package" || echo "not to be had here: $package" >&2
done
