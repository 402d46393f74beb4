#!/bin/sh
# Verifies an audit log with programs that are not ours:
#   golang.org/x/mod   full recomputation of the tree over every record line, and the checkpoint's signature
#   openssl            the signatures of the checkpoint and of every seal; sha256sum: the sealed files
#   @sigstore/verify   the checkpoint's signature and the inclusion of single records
# Each of them must also reject one changed bit.
#
# usage: verify-external.sh [--allow-missing] AUDIT_DIR VKEY_FILE
#   AUDIT_DIR        the directory that holds log.json; a log that is being written will do
#   VKEY_FILE        the verifier key, kept outside of it
#   --allow-missing  go on without a program that is missing; otherwise that counts as failed
#
# For example, with what the quickstart prints:
#   samples/quickstart/run.sh --once | tee quickstart.txt
#   verify-external.sh "$(sed -n s/^AUDIT_DIR=//p quickstart.txt)" "$(sed -n s/^AUDIT_VKEY=//p quickstart.txt)"
#
# Installs nothing but npm packages into target/ beside this script. Last line: N passed, N failed. Exit code: 0, 1 when
# something failed, 64 for a wrong command line.
set -u
here=$(cd "$(dirname "$0")" && pwd)
help() { sed -n '2,/^set -u/p' "$0" | sed -n 's/^# \{0,1\}//p'; }
usage() { echo "verify-external.sh: $1" >&2; help >&2; exit 64; }
optional=no
case "${1:-}" in
    -h | --help) help; exit 0 ;;
    --allow-missing) optional=yes; shift ;;
    -*) usage "unknown option $1" ;;
esac
[ $# -eq 2 ] || usage "two arguments are expected, there are $#"
[ -f "$1/log.json" ] || usage "there is no $1/log.json: AUDIT_DIR is the directory that holds it"
[ -f "$1/checkpoint" ] || usage "there is no $1/checkpoint: nothing was ever signed"
[ -f "$2" ] || usage "there is no file $2"
dir=$(cd "$1" && pwd)
vkey=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
target=$here/target
mkdir -p "$target"
work=$(mktemp -d "$target/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

pass() { passed=$((passed + 1)); echo "pass  $1"; }
fail() { failed=$((failed + 1)); echo "FAIL  $1"; [ -s "$work/said" ] && sed 's/^/      /' "$work/said"; : > "$work/said"; }
accepts() { what=$1; shift; if "$@" > "$work/said" 2>&1; then pass "$what"; else fail "$what"; fi; }
rejects() { what=$1; shift; if "$@" > "$work/said" 2>&1; then fail "$what"; else pass "$what"; fi; }
# what cannot be tried here is a failure unless the caller said that it is not
missing() {
    if [ "$optional" = yes ]; then skipped=$((skipped + 1)); echo "skip  $1: $2"; else echo "$2" > "$work/said"; fail "$1"; fi
}
# changes the byte at offset $2 of file $1
change() {
    old=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    printf "\\$(printf %03o $((old ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null
}

# A snapshot of the small files: a live log goes on while it is verified.
cp "$dir/checkpoint" "$work/checkpoint"
mkdir "$work/log" "$work/log/seg"
cp "$work/checkpoint" "$work/log/checkpoint"
for segment in "$dir"/seg/*.jsonl; do ln -s "$segment" "$work/log/seg/"; done
size=$(sed -n 2p "$work/checkpoint")
# the same log with one bit of a record changed
cp -r "$work/log" "$work/changed"
first=$(cd "$work/log/seg" && ls | head -1)
rm "$work/changed/seg/$first"
cp "$dir/seg/$first" "$work/changed/seg/$first"
chmod u+w "$work/changed/seg/$first"
change "$work/changed/seg/$first" 60

echo "log $(head -1 "$work/checkpoint"), $size records under the checkpoint"

# --- golang.org/x/mod -------------------------------------------------------------------------------------------------
go=$(command -v go || ls /usr/lib/go-*/bin/go 2> /dev/null | tail -1)
gopath=${AUDIT_GOPATH:-/usr/share/gocode}
fsck=$work/fsck
if [ -z "$go" ] || [ ! -d "$gopath/src/golang.org/x/mod/sumdb" ]; then
    missing "golang.org/x/mod recomputes the tree" \
        "Go or golang.org/x/mod is missing: apt-get install golang-1.19-go golang-golang-x-mod-dev"
else
    if GO111MODULE=off GOFLAGS='' GOPATH="$gopath" GOCACHE="$target/gocache" "$go" build -o "$fsck" "$here/fsck.go" \
        > "$work/said" 2>&1; then
        accepts "golang.org/x/mod recomputes the tree" "$fsck" "$work/log" "$vkey"
        rejects "golang.org/x/mod rejects a changed record" "$fsck" "$work/changed" "$vkey"
    else
        fail "golang.org/x/mod program compiles"
    fi
fi

# --- openssl ----------------------------------------------------------------------------------------------------------
# note_is_signed NOTE: splits a signed note and verifies its first signature with the key of the vkey file
note_is_signed() {
    sed '/^$/q' "$1" | sed '$d' > "$work/text"
    sed -n 's/^— [^ ]* //p' "$1" | head -1 | base64 -d | tail -c 64 > "$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$work/log.pem" -rawin -in "$work/text" -sigfile "$work/signature"
}
seals_are_signed() {
    for seal in "$dir"/seg/*.seal; do note_is_signed "$seal" || return 1; done
}
sealed_files_are_unchanged() {
    for seal in "$dir"/seg/*.seal; do
        echo "$(sed -n 's/^sha256 //p' "$seal")  ${seal%.seal}.jsonl" | sha256sum -c - || return 1
    done
}
if ! command -v openssl > /dev/null; then
    missing "openssl verifies the checkpoint" "openssl is missing: apt-get install openssl"
else
    { printf '302a300506032b6570032100' | sed 's/../\\x&/g' | xargs -0 printf '%b'
      head -1 "$vkey" | cut -d+ -f3- | base64 -d | tail -c 32; } > "$work/log.der"
    openssl pkey -pubin -inform DER -in "$work/log.der" -out "$work/log.pem" 2> "$work/said"
    accepts "openssl verifies the checkpoint's signature" note_is_signed "$work/checkpoint"
    cp "$work/checkpoint" "$work/other"
    change "$work/other" 3
    rejects "openssl rejects a changed checkpoint" note_is_signed "$work/other"
    if ls "$dir"/seg/*.seal > /dev/null 2>&1; then
        accepts "openssl verifies every seal's signature" seals_are_signed
        accepts "sha256sum agrees with every seal" sealed_files_are_unchanged
    else
        echo "note  no segment is sealed yet: nothing to check about seals"
    fi
fi

# --- @sigstore/verify -------------------------------------------------------------------------------------------------
included() { "$fsck" "$work/log" "$vkey" "$1" > "$work/proof" && inclusion < "$work/proof"; }
inclusion() { node "$here/inclusion.mjs" "$packages/node_modules" "$vkey" "$work/checkpoint"; }
changed_inclusion() { sed 's/\\"seq\\":0/\\"seq\\":9/' "$work/proof" | inclusion; }
packages=$target/npm
npm_has_installed() {
    cmp -s "$here/package-lock.json" "$packages/installed-lock.json" && return
    rm -rf "$packages" && mkdir -p "$packages" && cp "$here/package.json" "$here/package-lock.json" "$packages/" \
        && (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund) > "$work/said" 2>&1 \
        && cp "$here/package-lock.json" "$packages/installed-lock.json"
}
if ! command -v node > /dev/null || ! command -v npm > /dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    missing "@sigstore/verify accepts records" "node or npm is missing or too old: install Node.js 20.17 or newer"
elif [ ! -x "$fsck" ]; then
    missing "@sigstore/verify accepts records" "the inclusion proofs come from the Go program above"
elif ! npm_has_installed; then
    missing "@sigstore/verify accepts records" "npm ci failed: $(tail -1 "$work/said")"
else
    for index in $(printf '%s\n' $((size - 1)) $((size / 2)) 0 | sort -nru); do
        accepts "@sigstore/verify accepts record $index" included "$index"
    done
    rejects "@sigstore/verify rejects a changed record" changed_inclusion
fi

[ "$skipped" -eq 0 ] || echo "$skipped skipped because something is missing (see above)"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
