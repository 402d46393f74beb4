#!/bin/sh
# Breaks the system calls under a writing audit log, one at a time, and opens the log again afterwards.
#
#   calls    openat pwrite64 fdatasync fsync rename ftruncate, in recovery, in the writer and in the checkpoint thread
#   faults   EIO, ENOSPC, and SIGKILL in the middle of the call
#   volumes  a small tmpfs that runs out of bytes or of inodes (as root)
#
# Each time: nothing may be acknowledged after the error, the log must start again, every acknowledged record must be in
# it, and it must verify; golang.org/x/mod must agree. One run without faults must show an fdatasync of the segment
# between every record's write and its acknowledgement.
#
# usage: faults.sh [--full] [--allow-missing]
#   --full           every occurrence of each call (about 600 cases, 20 to 30 minutes) instead of four of each
#   --allow-missing  without Go, or not as root, go on with what can be tried; otherwise that counts as failed
#
# Needs strace, a JDK 25 and Maven, which compiles the audit module's tests unless they are compiled. Writes to target/
# beside this script. Last line: N passed, N failed. Exit code: 0, 1 when something failed, 64 for a wrong command line.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
help() { sed -n '2,/^set -u/p' "$0" | sed -n 's/^# \{0,1\}//p'; }
full=no
optional=no
for argument in "$@"; do
    case "$argument" in
        --full) full=yes ;;
        --allow-missing) optional=yes ;;
        -h | --help) help; exit 0 ;;
        *) echo "faults.sh: unknown argument $argument" >&2; help >&2; exit 64 ;;
    esac
done
target=$here/target
mkdir -p "$target"
work=$(mktemp -d "$target/faults.XXXXXX")
mounted=no
trap '[ "$mounted" = no ] || umount "$work/volume"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
passed=0
failed=0
injected=0

die() { echo "faults.sh: $1" >&2; echo "0 passed, 1 failed"; exit 1; }
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAIL  $1"; }
# what cannot be tried here is a failure unless the caller said that it is not
missing() { if [ "$optional" = yes ]; then echo "note  $1"; else fail "$1"; fi; }

command -v strace > /dev/null || die "strace is missing: apt-get install strace"
strace -qq -e trace=none true 2> "$work/said" || die "strace cannot trace here: $(head -1 "$work/said")"
java=''
for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "${HOME:-/}"/.sdkman/candidates/java/*; do
    if [ -z "$java" ] && grep -q '^JAVA_VERSION="25' "$home/release" 2> /dev/null; then java=$home/bin/java; fi
done
[ -n "$java" ] || die "no JDK 25 found: set JAVA_HOME, or install one under /usr/lib/jvm"

# --- what is tried ----------------------------------------------------------------------------------------------------
maven() {
    command -v mvn > /dev/null || die "mvn is missing, and the audit module's tests are not compiled: apt-get install maven"
    (cd "$root" && mvn -q -ntp -B -pl audit "$@") > "$work/said" 2>&1 || { cat "$work/said" >&2; die "mvn $* failed"; }
}
writer_class=$root/audit/target/test-classes/dev/mcpgateway/audit/FaultWriter.class
if [ ! -f "$writer_class" ] \
    || [ -n "$(find "$root/audit/src" "$root/audit/pom.xml" "$root/pom.xml" -newer "$writer_class" -type f | head -1)" ]; then
    echo "compiling (mvn -pl audit test-compile) …"
    maven test-compile
    touch "$writer_class"
fi
jars_are_there() {
    [ -f "$target/classpath" ] && [ -z "$(find "$root/pom.xml" "$root/audit/pom.xml" -newer "$target/classpath")" ] \
        && tr ':' '\n' < "$target/classpath" | while read -r jar; do [ -f "$jar" ] || exit 1; done
}
jars_are_there || maven dependency:build-classpath -Dmdep.outputFile="$target/classpath"
classpath=$root/audit/target/classes:$root/audit/target/test-classes:$(cat "$target/classpath")
options=''
# UsePerfData off: its file would be one more ftruncate
# shellcheck disable=SC2086 # options are words
writer() {
    "$java" -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC $options -cp "$classpath" \
        dev.mcpgateway.audit.FaultWriter "$@"
}

fsck=''
go=$(command -v go || ls /usr/lib/go-*/bin/go 2> /dev/null | tail -1)
gopath=${AUDIT_GOPATH:-/usr/share/gocode}
if [ -n "$go" ] && [ -d "$gopath/src/golang.org/x/mod/sumdb" ]; then
    GO111MODULE=off GOFLAGS='' GOPATH="$gopath" GOCACHE="$target/gocache" "$go" build -o "$work/fsck" "$here/fsck.go" \
        || die "fsck.go does not compile"
    fsck=$work/fsck
else
    missing "Go or golang.org/x/mod is missing, so only our own verifier looks at the results: apt-get install golang-1.19-go golang-golang-x-mod-dev"
fi

# A log with sealed segments and a torn tail, so that recovery has something to cut off.
case=$work/case
writer write "$work/template" 14 > "$work/said" 2>&1
writer leave "$work/template" 3 >> "$work/said" 2>&1
newest=$(ls "$work"/template/audit/*/seg/*.jsonl 2> /dev/null | tail -1)
{ [ -n "$newest" ] && [ "$(grep -c '^ack ' "$work/said")" = 17 ]; } || { cat "$work/said" >&2; die "the writer does not write"; }
truncate -s -40 "$newest"

# judge NAME FOLDER OUTPUT: opens the log again and counts the case
judge() {
    if writer check "$2" "$3" > "$work/judged" 2>&1 \
        && { [ -z "$fsck" ] || "$fsck" "$2"/audit/*/ "$2/vkey" >> "$work/judged" 2>&1; }; then
        pass
    else
        fail "$1"
        sed 's/^/      /' "$work/judged"
        tail -5 "$3" | sed 's/^/      writer: /'
    fi
}

# run STRACE_ARGUMENTS...: a writer on a fresh copy of the template, under strace
run() {
    rm -rf "$case"
    cp -r "$work/template" "$case"
    strace -f -qq -y -o "$work/trace" "$@" "$java" -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
        -cp "$classpath" dev.mcpgateway.audit.FaultWriter write "$case" 24 > "$work/output" 2> "$work/errors"
    sed 's/^/stderr /' "$work/errors" >> "$work/output"
}

# A caller that was waiting while another thread met the error may still be told that its record is durable, because it
# is. Whoever comes later is refused.
in_flight_max=1

# broken CALL FAULT WHEN: one case
broken() {
    paths=''
    [ "$1" = openat ] && paths=$only
    # shellcheck disable=SC2086 # paths are words
    run $paths -e trace="$1,write" -e inject="$1:$2:when=$3"
    grep -qE 'INJECTED|killed by SIGKILL' "$work/trace" && injected=$((injected + 1))
    late=$(awk '/INJECTED/ { broken = 1 } broken && / write\(1<.*"ack / { late++ } END { print late + 0 }' "$work/trace")
    [ "$late" -gt "$most_late" ] && most_late=$late
    if [ "$late" -gt "$in_flight_max" ]; then
        fail "$1 number $3 of a thread: $2: $late records were acknowledged after the error"
    else
        judge "$1 number $3 of a thread: $2" "$case" "$work/output"
    fi
}

# --- no fault ---------------------------------------------------------------------------------------------------------
# This run tells how often each thread makes each call, and which paths are opened.
calls='openat pwrite64 fdatasync fsync rename ftruncate'
run -e trace=openat,pwrite64,fdatasync,fsync,rename,ftruncate,write
judge 'no fault' "$case" "$work/output"
# Every acknowledgement stands behind a successful fdatasync of the segment, and that behind the last write to it.
unsynced=$(awk '
    / pwrite64\(.*\.jsonl>/               { written = 1; synced = 0 }
    / fdatasync\(.*\.jsonl>/              { syncing[$1] = 1 }
    / fdatasync.* = 0$/ && syncing[$1]    { syncing[$1] = 0; synced = written; written = 0 }
    / write\(1<.*"ack /                   { acks++; if (!synced) early++; synced = 0 }
    END                                   { print acks + 0, early + 0 }' "$work/trace")
if [ "$unsynced" = "24 0" ]; then pass; else
    fail "acknowledged without an fdatasync of the segment in front of it (acknowledged, of these too early): $unsynced"
fi
sed -n "s|.* openat(AT_FDCWD<[^>]*>, \"\($case/[^\"]*\)\".*|\1|p" "$work/trace" | sort -u > "$work/paths"
for call in $calls; do
    if [ "$call" = openat ]; then grep " openat(AT_FDCWD<[^>]*>, \"$case/" "$work/trace"; else grep " $call(" "$work/trace"; fi \
        | cut -d' ' -f1 | sort | uniq -c | sort -rn | awk 'NR == 1 { print $1 }' > "$work/count.$call"
done
# only the log's own files and what the writer says: the virtual machine opens many others
only=$({ cat "$work/paths"; echo "$work/output"; } | sed 's/^/-P /' | tr '\n' ' ')

# --- broken calls -----------------------------------------------------------------------------------------------------
for call in $calls; do
    most=$(cat "$work/count.$call")
    [ -n "$most" ] || { fail "the run without faults made no $call"; continue; }
    if [ "$full" = yes ]; then
        at=$(seq 1 "$most")
    else
        at=$(printf '%s\n' 1 $((most / 3)) $((2 * most / 3)) "$most" | awk '$1 > 0' | sort -nu)
    fi
    before=$((passed + failed))
    injected=0
    most_late=0
    for when in $at; do
        for fault in error=EIO error=ENOSPC signal=SIGKILL; do
            broken "$call" "$fault" "$when"
        done
    done
    echo "      $call: $((passed + failed - before)) cases, the fault struck in $injected, up to $most calls of one thread, at most $most_late acknowledged behind it"
    # the threads do not always make the same number of calls, but a fault that never strikes tests nothing
    [ "$injected" -gt 0 ] || fail "no fault ever struck in $call"
done

# --- full volumes -----------------------------------------------------------------------------------------------------
# volume NAME MOUNT_OPTIONS ROOMIER_OPTIONS HARD_MARK: a writer until the volume is full, then with more room
volume() {
    rm -rf "$work/volume"
    mkdir "$work/volume"
    if ! mount -t tmpfs -o "$2" audit-faults "$work/volume" 2> "$work/said"; then
        missing "no tmpfs can be mounted here, so '$1' is not tried: $(cat "$work/said")"
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
        fail "$1: the volume never became full"
        tail -3 "$work/output" | sed 's/^/      writer: /'
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
    missing "not root, so the cases with small volumes are not tried"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
