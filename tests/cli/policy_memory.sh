#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a machine remembers of its policy, until when a policy counts, and that none goes back in time.
. "$(dirname "$0")/lib.sh"
use_machine
for serial in 7 8; do build_release $serial 'stream: web' "serial: $serial"; done
installed=h/etc/lppack/policy.yaml
memory=h/var/lib/lppack/trust.yaml
marks=(h/var/lib/lppack/.kept/trust.yaml h/etc/lppack/kept/trust.yaml)

# policy FILE VERSION CREATED LINE...
policy()
{
	printf '%s\n' 'format: 1' "version: $2" "created: $3" "${@:4}" > "$1"
}

# The machine as at first, but with this policy: policy's arguments from VERSION on.
begin()
{
	rm -rf h/var h/etc/lppack/kept "$installed"*
	[ $# = 0 ] || policy $installed "$@"
}

# known VERSION: what is remembered.
known()
{
	{ grep -qx "version: $1" $memory && ls "${marks[@]}" > /dev/null; } || { echo "not version $1"; cat $memory; }
}

begin 5 2026-03-01T00:00:00Z
{
	try OK verify -q --root h 7.lpb
	try OK trust list --root h
	try OK apply --dry-run --root h 7.lpb
	[ ! -e h/var ] || find h/var
} | ok "looking at a bundle remembers no policy"
{ try OK install --no-apply --root h 7.lpb; known 5; } | ok "installing one does"
cp $memory kept
works "the same policy again" install --no-apply --root h 7.lpb
same "and nothing is written anew" kept $memory

# Each way back, and each way too far ahead.
rm $installed
refused "the policy is gone" STATE "$installed: no policy is installed, but version 5 \\(SHA-256 [0-9a-f]{64}\\) was in use here" \
	"begin anew.*: rm -f $memory ${marks[0]} ${marks[1]}$" verify --root h 7.lpb
refused "and trust update does not begin anew" STATE "$installed: no policy is installed" 'put it back' trust update --root h 7.yaml
{ try STATE install --no-apply --root h 8.lpb; says "$err" 'no policy is installed'; try OK verify -q --keys key.pub 7.lpb; } | ok "nothing is installed, and --keys asks no memory"
{ try OK trust list --root h; says "$out" 'No policy is installed'; says "$err" 'warning: .*no policy is installed, but version 5'; says "$err" '^lppack: hint: put it back'; } |
	ok "trust list tells so"
policy $installed 4 2026-03-01T00:00:00Z
refused "a lower version" DOWNGRADE "$installed: version 4, but version 5 was in use here \\(rule version\\)" 'rm -f' verify --root h 7.lpb
policy $installed 5 2026-03-01T00:00:00Z 'threshold: 1'
refused "another policy of the version" EQUIVOCATION "$installed: is not the version 5 that was in use here" "raise its 'version'" verify --root h 7.lpb
policy $installed 6 2026-02-28T23:59:59Z
refused "a newer one that was created before" DOWNGRADE "$installed: created on 2026-02-28T23:59:59Z, before version 5 .*\\(rule created\\)" 'make the next one' \
	verify --root h 7.lpb
policy $installed 1006 2026-03-01T00:00:00Z
refused "a version too far above" LIMIT "$installed: version 1006 is more than 1000 above the last one in use here, 5" 'count policies from 1' verify --root h 7.lpb
{ try LIMIT status --root h --check; says "$out" 'version 1006 is more than 1000 above'; } | ok "status tells so"
policy $installed 1005 2026-03-01T00:00:00Z
{ try OK install --no-apply --root h 8.lpb; known 1005; } | ok "the furthest step"
begin 1001 2026-03-01T00:00:00Z
refused "a first version too far above" LIMIT "$installed: version 1001 is more than 1000 above .*, 0" '' verify --root h 7.lpb

# The memory itself.
begin 5 2026-03-01T00:00:00Z
lppack install --no-apply --root h 7.lpb > /dev/null 2>&1
cp $memory kept
rm $memory
refused "a memory that is gone" STATE "$memory: is missing, although lppack has written it" 'begin anew' verify --root h 7.lpb
for text in '' 'format: 1' "$(sed '/^digest/d' kept)" "$(sed 's/^version: 5/version: 0/' kept)"; do
	printf '%s\n' "$text" > $memory
	refused "a damaged memory: ${text//$'\n'/, }" STATE "$memory" 'restore it from a backup' verify --root h 7.lpb
done
cp kept $memory
chmod g+w $memory
refused "a memory that others can change" UNSAFE_FILE "$memory: can be changed by its group" 'chmod go-w' verify --root h 7.lpb
rm -f $memory "${marks[@]}"
policy $installed 4 2026-03-01T00:00:00Z
works "given up as the hint says" verify -q --root h 7.lpb

# Marks that cannot be kept, as in a read-only /etc: told, and nothing fails for it.
{ try OK status --root h; grep memory "$out"; } | ok "with its marks nothing is said of the memory"
rm -r h/etc/lppack/kept
{
	try OK status --root h
	says "$out" '^memory +a lost /var/lib/lppack cannot be detected here'
	try OK status --root h --json
	json "['loss_undetected']" True
	json "['findings'].__len__()" 1
	try OK verify -q --root h 8.lpb
	try OK install --no-apply --root h 8.lpb
} | ok "without them status tells so"

# The end of a policy.
begin 1 2026-03-01T00:00:00Z
lppack install --no-apply --root h 7.lpb > /dev/null 2>&1
policy $installed 2 2026-03-01T00:00:00Z 'expires: 2026-10-01T00:00:00Z'
refused "a policy that has expired" EXPIRED "8\\.lpb: the policy expired on 2026-10-01T00:00:00Z \\(rule expires of $installed\\)" 'lppack trust update' \
	verify --root h 8.lpb
{ try OK trust list --root h; says "$out" '^  expires +2026-10-01T00:00:00Z'; } | ok "trust list tells its end"
{ try EXPIRED install --no-apply --root h 8.lpb; known 1; } | ok "installs nothing, and is not remembered"
{ try EXPIRED trust test --root h --json 8.lpb; json "['rule']" "'expires'"; json "['verdict']" "'EXPIRED'"; } | ok "test tells the rule"
{
	try OK apply --installed --dry-run --root h
	try EXPIRED apply --dry-run --root h 7.lpb
	try BEHIND status --root h --check
	says "$out" "^EXPIRED: $installed: the policy expired at 2026-10-01T00:00:00Z"
	try OK status --root h --json
	json "['levels'][0]['at_boot']" "'applied'"
} | ok "what is installed stays for boots, and status says that the policy is over"
policy $installed 2 2026-03-01T00:00:00Z "expires: $(date -u -d '+5 days' +%FT%TZ)"
{ try OK verify -q --root h 8.lpb; try BEHIND status --root h --check; says "$out" '^EXPIRES_SOON: .*the policy expires at'; } | ok "before that it counts, and status says that it ends soon"
policy $installed 2 2026-03-01T00:00:00Z 'expires: 2026-03-01T00:00:00Z'
refused "an end that is not after its beginning" POLICY "$installed:4: 'expires' is not after 'created'" '' verify --root h 8.lpb
policy $installed 2 2200-01-01T00:00:00Z
refused "a policy of the future" CLOCK "8\\.lpb: this machine's clock is before 2200-01-01T00:00:00Z, when the policy was created" 'set the clock' verify --root h 8.lpb
{ try CLOCK install --no-apply --root h 8.lpb; known 1; } | ok "is not remembered"
policy $installed 2 "$(date -u -d '+23 hours' +%FT%TZ)"
works "a day of slack" verify -q --root h 8.lpb

# trust update asks the same of the next one.
begin
next()
{
	policy "$@"
	rm -rf "$1.sigs"
	lppack trust sign --key key.key "$1" > /dev/null
}

next p1 1 2026-03-01T00:00:00Z 'expires: 2026-04-01T00:00:00Z'
refused "an update that is over" EXPIRED 'p1: the policy expired on \(rule expires\): 2026-04-01T00:00:00Z' 'the next one' trust update --root h p1
next far 1001 2026-03-01T00:00:00Z
refused "an update too far above" LIMIT 'far: version 1001 is more than 1000 above' '' trust update --root h far
next future 1 2200-01-01T00:00:00Z
refused "an update of the future" CLOCK 'future: this machine.s clock is before .*\(rule created\): 2200-01-01' 'set the clock' trust update --root h future
{ try CLOCK trust test --root h --json future; json "['rule']" "'created'"; } | ok "test tells the rule of an update"
next p2 2 2026-05-01T00:00:00Z
next back 3 2026-04-30T23:59:59Z
{ (umask 077; try OK trust update --root h p1 p2); known 2; stat -c '%a %n' $memory h/var/lib/lppack "${marks[1]%/*}" | grep -vE '^(644|755) '; } | ok "on the way to the last one, one that is over counts"
refused "an update that goes back in time" DOWNGRADE 'back: created on 2026-04-30T23:59:59Z, before version 2 ' 'make the next one' trust update --root h back
rm $installed
refused "the policy that update has installed is gone" STATE "$installed: no policy is installed, but version 2 " 'put it back' trust update --root h p1
cp p2 $installed
next p3 3 2026-05-01T00:00:00Z
{ try OK trust update --root h p3; known 3; } | ok "put back, the next one follows"

done_testing
