#!/bin/sh
# Breaks the system calls under a writing audit log, one at a time, and opens the log again afterwards.
#
#   calls    openat pwrite64 fdatasync fsync rename ftruncate, in recovery, in the writer and in the checkpoint thread
#   faults   EIO, ENOSPC, and SIGKILL in the middle of the call
#   volumes  a small tmpfs that runs out of bytes or of inodes (as root)
#
# Each time: nothing may be acknowledged after the first error, the log must start again, every acknowledged record must
# be in it, and it must verify; golang.org/x/mod, where it is installed, must agree.
#
# usage: faults.sh [--full]
#   without --full four occurrences of each call, with it every one (about 400 cases)
# Needs strace, a JDK 25, and "mvn -pl audit test-compile" to have run. Last line: N passed, N failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
full=no
case "${1:-}" in
    '') ;;
    --full) full=yes ;;
    *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
target=$here/target
mkdir -p "$target"
work=$(mktemp -d "$target/faults.XXXXXX")
mounted=no
trap '[ "$mounted" = no ] || umount "$work/volume"; rm -rf "$work"' EXIT
passed=0
failed=0
injected=0

die() { echo "faults.sh: $1" >&2; echo "0 passed, 1 failed"; exit 1; }
command -v strace > /dev/null || die "strace is missing: apt-get install strace"
java=''
for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "${HOME:-/}"/.sdkman/candidates/java/*; do
    if [ -z "$java" ] && grep -q '^JAVA_VERSION="25' "$home/release" 2> /dev/null; then java=$home/bin/java; fi
done
[ -n "$java" ] || die "no JDK 25 found: set JAVA_HOME, or install one under /usr/lib/jvm"
[ -f "$root/audit/target/test-classes/dev/mcpgateway/audit/FaultWriter.class" ] \
    || die "the writer is not compiled: mvn -q -pl audit test-compile"
(cd "$root" && mvn -q -ntp -B -pl audit dependency:build-classpath -Dmdep.outputFile="$work/classpath") > "$work/said" 2>&1 \
    || { cat "$work/said" >&2; die "mvn dependency:build-classpath failed"; }
classpath=$root/audit/target/classes:$root/audit/target/test-classes:$(cat "$work/classpath")
# UsePerfData off: its file would be one more ftruncate
writer() { "$java" -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC $options -cp "$classpath" dev.mcpgateway.audit.FaultWriter "$@"; }
options=''

fsck=''
go=$(command -v go || ls /usr/lib/go-*/bin/go 2> /dev/null | tail -1)
gopath=${AUDIT_GOPATH:-/usr/share/gocode}
if [ -n "$go" ] && [ -d "$gopath/src/golang.org/x/mod/sumdb" ]; then
    GO111MODULE=off GOFLAGS='' GOPATH="$gopath" GOCACHE="$target/gocache" "$go" build -o "$work/fsck" "$here/fsck.go" \
        && fsck=$work/fsck
fi
[ -n "$fsck" ] || echo "note  golang.org/x/mod is not installed: only our own verifier looks at the results"

# A log with sealed segments and a torn tail, so that recovery has something to cut off.
case=$work/case
writer write "$work/template" 14 > /dev/null
writer leave "$work/template" 3 > /dev/null
newest=$(ls "$work"/template/audit/*/seg/*.jsonl | tail -1)
truncate -s -40 "$newest"

# judge NAME FOLDER OUTPUT: opens the log again and counts the case
judge() {
    if writer check "$2" "$3" > "$work/judged" 2>&1 \
        && { [ -z "$fsck" ] || "$fsck" "$2"/audit/*/ "$2/vkey" >> "$work/judged" 2>&1; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL  $1"
        sed 's/^/      /' "$work/judged"
        sed 's/^/      writer: /' "$3" | tail -5
    fi
}

# run NAME STRACE_ARGUMENTS...: a writer on a fresh copy of the template, under strace
run() {
    name=$1
    shift
    rm -rf "$case"
    cp -r "$work/template" "$case"
    strace -f -qq -o "$work/trace" "$@" "$java" -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
        -cp "$classpath" dev.mcpgateway.audit.FaultWriter write "$case" 24 > "$work/output" 2> "$work/errors"
    grep -qE 'INJECTED|killed by SIGKILL' "$work/trace" && injected=$((injected + 1))
    grep -q . "$work/errors" && sed 's/^/stderr /' "$work/errors" >> "$work/output"
    judge "$name" "$case" "$work/output"
}

# One run without faults tells how often each thread makes each call, and which paths are opened.
calls='openat pwrite64 fdatasync fsync rename ftruncate'
run 'no fault' -e trace=openat,pwrite64,fdatasync,fsync,rename,ftruncate
sed -n "s|.* openat(AT_FDCWD, \"\($case/[^\"]*\)\".*|\1|p" "$work/trace" | sort -u > "$work/paths"
for call in $calls; do
    if [ "$call" = openat ]; then grep "openat(AT_FDCWD, \"$case/" "$work/trace"; else grep " $call(" "$work/trace"; fi \
        | cut -d' ' -f1 | sort | uniq -c | sort -rn | awk 'NR == 1 { print $1 }' > "$work/count.$call"
done
# only the log's own files: the virtual machine opens many others
only=$(sed 's/^/-P /' "$work/paths" | tr '\n' ' ')

for call in $calls; do
    most=$(cat "$work/count.$call")
    [ -n "$most" ] || { echo "FAIL  the run without faults made no $call"; failed=$((failed + 1)); continue; }
    if [ "$full" = yes ]; then
        at=$(seq 1 "$most")
    else
        at=$(printf '%s\n' 1 $((most / 3)) $((2 * most / 3)) "$most" | awk '$1 > 0' | sort -nu)
    fi
    before=$((passed + failed))
    injected=0
    paths=''
    [ "$call" = openat ] && paths=$only
    for when in $at; do
        for fault in error=EIO error=ENOSPC signal=SIGKILL; do
            # word splitting of the path options is intended
            run "$call number $when of a thread: $fault" $paths -e trace="$call" -e inject="$call:$fault:when=$when"
        done
    done
    echo "      $call: $((passed + failed - before)) cases, the fault struck in $injected, up to $most calls of one thread"
    # the threads do not always make the same number of calls, but a fault that never strikes tests nothing
    [ "$injected" -gt 0 ] || { echo "FAIL  no fault ever struck in $call"; failed=$((failed + 1)); }
done

# volume NAME MOUNT_OPTIONS ROOMIER_OPTIONS HARD_MARK: a writer until the volume is full, then with more room
volume() {
    rm -rf "$work/volume"
    mkdir "$work/volume"
    if ! mount -t tmpfs -o "$2" audit-faults "$work/volume" 2> "$work/said"; then
        echo "note  no tmpfs can be mounted here, so $1 is not tried: $(cat "$work/said")"
        return
    fi
    mounted=yes
    options=-Daudit.faults.hardFreeBytes=$4
    writer write "$work/volume" 5000 > "$work/output" 2>&1
    options=''
    mount -o "remount,$3" "$work/volume"
    if grep -q '^failed ' "$work/output" && grep -q '^ack ' "$work/output"; then
        judge "$1" "$work/volume" "$work/output"
    else
        failed=$((failed + 1))
        echo "FAIL  $1: the volume never became full"
        tail -3 "$work/output"
    fi
    umount "$work/volume" && mounted=no
}
if [ "$(id -u)" = 0 ]; then
    before=$((passed + failed))
    volume 'no byte left in the middle of a write' size=300k size=16m 0
    volume 'hard mark reached' size=600k size=16m 200000
    volume 'no inode left for a new segment' size=16m,nr_inodes=40 size=16m,nr_inodes=10000 0
    echo "      volumes: $((passed + failed - before)) cases"
else
    echo "note  not root: the cases with small volumes are not tried"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
