#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack status for monitoring: --check, --metrics, --watch; what it says of fixes.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test

{
	try NOT_SET_UP status --root h --check
	says "$out" '^NOT_SET_UP: .*lppack trust add KEY'
	try OK status --root h
	says "$out" '^WARNING: NOT_SET_UP: '
	try OK status --root h --metrics
	says "$out" '^lppack_set_up 0$'
} | ok "a machine that was never set up is not OK"

# A level with fixes, recorded as in force.
cat > fixes.yaml << 'EOT'
stream: web
serial: 7
fixes:
  - id: CVE-1
    severity: high
    functions: [foo_ioctl]
  - id: CVE-2
    functions: [nfsd_open]
  - id: CVE-4
    functions: [nfsd_open, nfs_open]
  - id: CVE-5
    not_for: ["6.1.*"]
kernels:
  - module: livepatch_7-*.ko
    kernel: vmlinuz-{release}
EOT
lppack create fixes.yaml --key key.key -o fixes.lpb > /dev/null
lppack install --root h fixes.lpb > /dev/null
digest=$(basename h/var/lib/lppack/bundles/*.lpb .lpb)
use_patch h livepatch_7 "$(module_id 1)"
patch=h/sys/kernel/livepatch/livepatch_7
mkdir -p $patch/vmlinux/foo_ioctl,1 $patch/nfsd/nfsd_open,2 $patch/nfs/nfs_open,1
echo 1 > $patch/vmlinux/patched
echo 0 | tee $patch/nfs{,d}/patched > /dev/null
record_applied h "" << EOT
kernel: "d995dc1e24e5bf6f9407ab76941af67bfabd3833"
release: "6.1.0-1-test"
module: "livepatch_7"
module_build_id: "$(module_id 1)"
stream: "web"
epoch: 0
serial: 7
version: "7"
digest: "$digest"
applied_at: "2026-09-01T00:00:00Z"
EOT
{
	try OK status --root h
	says "$out" '^  in force +CVE-1$'
	says "$out" '^  pending +CVE-2, until nfsd is loaded$'
	says "$out" '^ +CVE-4, until nfsd?, nfsd? are loaded$'
	says "$out" '^  not needed +CVE-5$'
	try OK status --root h --json
	json "['schema']" 1
	json "['fixes']['in_force'][0]" "{'id': 'CVE-1', 'severity': 'high'}"
	json "['fixes']['pending'][0]['objects']" "['nfsd']"
	json "['reboot']['needed']" False
	json "['functions'][0]['patch']" "'livepatch_7'"
	try OK status --root h --check
	says "$out" '^OK: 6\.1\.0-1-test\+lp\.web\.7$'
} | ok "fixes that are in force, and that wait for a module"

use_patch h stranger 8888888888888888888888888888888888888888
{ try FOREIGN status --root h --check; says "$out" '^FOREIGN: stranger: '; } | ok "a livepatch of somebody else's"
rm -r h/sys/kernel/livepatch/stranger h/sys/module/stranger
{
	echo 1 > $patch/transition
	try IN_TRANSITION status --root h --check
	try IN_TRANSITION status --root h --check --json
	json "['findings'][0]['name']" "'IN_TRANSITION'"
	(sleep 1; echo 0 > $patch/transition) &
	try OK status --root h --watch
	says "$out" 'livepatch_7: patching, 0 tasks left$'
	says "$out" '^livepatch_7: in force$'
	wait
	try OK status --root h --watch
	says "$out" '^no transition is running$'
} | ok "a transition, watched to its end"

# use_task PID TID COMMAND FLAGS [STACK]: a task that is not patched yet.
use_task()
{
	local task=h/proc/$1/task/$2

	mkdir -p "$task"
	echo 0 > "$task/patch_state"
	echo "$2 ($3) S 1 1 1 0 -1 $4 0" > "$task/stat"
	[ -z "${5:-}" ] || echo "[<0>] $5" > "$task/stack"
}

use_task 812 812 slow 4194304 'foo_ioctl+0x1/0x20'
use_task 900 901 'CPU 1/KVM' 4194304
use_task 2 2 kthreadd 2129984
{
	echo 1 > $patch/transition
	try OK status --root h
	says "$out" '^Tasks that the transition waits for \(3\):$'
	says "$out" '^ *PID +TID +COMMAND +KIND +STATE +FUNCTION +STACK$'
	says "$out" '^ *812 +812 +slow +user +S +foo_ioctl +foo_ioctl'
	says "$out" '^ *900 +901 +CPU 1/KVM +vcpu '
	says "$out" '^ *2 +2 +kthreadd +kernel '
	(sleep 1; rm -r h/proc/{2,900}; sleep 1; echo 0 > $patch/enabled; sleep 1; mv $patch gone) &
	try OK status --root h --watch
	says "$out" 'patching, 3 tasks left: .*812 \(slow, user\) in foo_ioctl'
	says "$out" '900/901 \(CPU 1/KVM, vcpu\)'
	says "$out" 'patching, 1 task left: 812 \(slow, user\) in foo_ioctl$'
	says "$out" 'going back, 0 tasks left$'
	says "$out" '^livepatch_7: REVERSED, no longer in force$'
	wait
	mv gone $patch
	(sleep 1; mv $patch gone) &
	try OK status --root h --watch
	says "$out" '^livepatch_7: no longer in force$'
	wait
	mv gone $patch
	echo 1 > $patch/enabled
} | ok "who holds it up, and what kind of task"

# A call that was killed, as this machine's next one finds it. What is another machine's is left alone.
cat > h/var/lib/lppack/journal.yaml << 'EOT'
format: 1
unfinished: true
boot_id: ""
replace: true
take_over: false
verb: remove
phase: disable
started_at: "2026-09-01T00:00:00Z"
from: []
EOT
{
	try UNFINISHED status --root h --check
	says "$out" '^UNFINISHED: a call of lppack remove was cut short, and its transition is still running: lppack'
	try OK status --root h
	says "$out" "^  call +lppack remove, which was cut short; its transition is still running: 'lppack recover'"
	silent "$err"
	echo 0 > $patch/transition
	try UNFINISHED status --root h --check --json
	json "['unfinished']['running']" False
	json "['unfinished']['phase']" "'disable'"
	json "['unfinished']['boot']" "'this'"
	json ".get('recovered')" None
	says "$out" 'a call of lppack remove was cut short: lppack recover finishes or undoes it'
	silent "$err"
} | ok "a call that was cut short"

# What monitoring without privilege is not told is no finding.
{
	mkdir -p h/proc/1/task/1 h/run/lppack
	: > h/run/lppack/lock
	echo 1 > $patch/transition
	echo 0 > h/proc/1/task/1/patch_state
	chmod 000 h/run/lppack/lock h/proc/1/task/1/patch_state
	held_to_modes try IN_TRANSITION status --root h --check
	says "$out" '^IN_TRANSITION: a transition is running; only root is told which tasks are not there yet$'
	says "$err" '^lppack: warning: only root is told whether the call that has not ended is at work'
	says "$err" '^lppack: warning: only root is told which tasks the transition waits for$'
	says "$err" '^lppack: hint: run this as root$'
	held_to_modes try OK status --root h --json
	json "['unfinished'].get('running')" None
	json "['blockers_known']" False
	held_to_modes try OK status --root h --metrics
	! grep '^lppack_transition_blockers' "$out"
	(sleep 1; echo 0 > $patch/transition) &
	held_to_modes try OK status --root h --watch
	says "$out" 'livepatch_7: patching; only root is told which tasks are left$'
	wait
	held_to_modes try OK status --root h --check
	says "$err" '^lppack: warning: only root is told whether the call'
	rm -rf h/proc/{1,812} h/run/lppack h/var/lib/lppack/journal.yaml
} | ok "without privilege"

# The names and the shape of the exposition format: HELP and TYPE once before the samples of a name, no sample twice.
{
	try OK status --root h --metrics
	awk '
		/^# HELP / { name = $3; if (name !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*$/ || help[name]++) print "HELP: " $0; next }
		/^# TYPE / { if ($3 != name || $4 != "gauge") print "TYPE: " $0; next }
		{
			sample = $0
			sub(/ [^ ]*$/, "", sample)
			base = sample
			sub(/\{.*/, "", base)
			if (base != name) print "stray: " $0
			if (seen[sample]++) print "twice: " $0
			if ($NF !~ /^[0-9]+$/) print "no number: " $0
			if (sample ~ /\{/ && sample !~ /^[a-z_]+\{([a-z_]+="[^"]*",?)+\}$/) print "labels: " $0
		}' "$out"
	says "$out" '^lppack_fixes\{state="pending"\} 2$'
	says "$out" '^lppack_level_serial\{stream="web",epoch="0"\} 7$'
	says "$out" '^lppack_kernel_info\{.*effective_version="6\.1\.0-1-test\+lp\.web\.7"\} 1$'
} | ok "metrics"

cat > fixes.yaml << 'EOT'
stream: web
serial: 8
fixes:
  - id: CVE-1
    since: 7
    functions: [foo_ioctl]
  - id: CVE-2
    since: 7
    functions: [nfsd_open]
  - id: CVE-3
    severity: critical
  - id: CVE-4
unfixable:
  - id: CVE-9
    reason: a structure changes
kernels:
  - module: livepatch_7-*.ko
    kernel: vmlinuz-{release}
EOT
lppack create fixes.yaml --key key.key -o fixes8.lpb > /dev/null
lppack install --root h fixes8.lpb > /dev/null
{
	try OK status --root h
	says "$out" '^latest +web serial 8: available$'
	says "$out" '^  available +CVE-3$'
	says "$out" '^  unfixable +CVE-9: a structure changes$'
	says "$out" '^Reboot needed$'
	try REBOOT_NEEDED status --root h --check
	says "$out" '^BEHIND: web serial 8 is installed, but not in force: it has 1 fixes more than are in force$'
	lppack hold --root h --serial 7 > /dev/null
	try OK status --root h
	says "$out" '^  held +CVE-3$'
	lppack unhold --root h > /dev/null
} | ok "what a newer level would bring, and what it cannot"
mkmodule --kind vmlinuz --release 6.9.0-new -o new-vmlinuz
sed -e 's/^serial: 8/serial: 9/' -e '/^unfixable/,/reason/d' fixes.yaml > fixes9.yaml
lppack create fixes9.yaml --key key.key -o fixes9.lpb > /dev/null
lppack install --root h fixes9.lpb > /dev/null
digest=$(lppack status --root h --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["levels"][0]["digest"])')
sed -i -e "s/^  serial: .*/  serial: 9/" -e "s/^  digest: .*/  digest: \"$digest\"/" h/var/lib/lppack/state.yaml
mkdir -p h/boot
cp new-vmlinuz h/boot/vmlinuz-6.9.0-new
{ try UNCOVERED status --root h --check; says "$out" '^UNCOVERED: the next boot of 6\.9\.0-new is not covered$'; } |
	ok "the next boot is not covered"
echo 'no kernel' > h/boot/vmlinuz-6.9.0-new
{
	try UNCOVERED status --root h --check
	says "$out" '^UNCOVERED: whether the next boot of 6\.9\.0-new is covered cannot be told: h/boot/vmlinuz'
	try OK status --root h --metrics
	! grep '^lppack_kernel_covered' "$out"
	chmod 000 h/boot/vmlinuz-6.9.0-new
	held_to_modes try OK status --root h --check
	says "$err" '^lppack: warning: only root is told whether installed kernels are covered'
} | ok "a kernel that cannot be read"
{
	mkdir -p h/sys/module/forced
	echo OK > h/sys/module/forced/taint
	echo live > h/sys/module/forced/initstate
	echo 1 > h/sys/module/forced/refcnt
	try REBOOT_NEEDED status --root h --check
	says "$out" '^REBOOT_NEEDED: forced: its livepatch is no longer listed, but the module stays pinned'
	rm -r h/sys/module/forced
} | ok "a forced transition that nobody recorded"
for options in '--watch --json' '--metrics --json' '--check --metrics' '--watch --metrics'; do
	# shellcheck disable=SC2086 # they are several
	try USAGE status --root h $options
done | ok "what excludes each other"
mkdir -p n/proc/sys/kernel
echo 6.1.0-1-test > n/proc/sys/kernel/osrelease
{ try UNSUPPORTED status --root n --check; says "$out" '^UNSUPPORTED: '; } | ok "a kernel that cannot livepatch"


# What the installed keys and policy say of what is installed.
use_host t 6.1.0-1-test
lppack install --root t b.lpb > /dev/null
digest=$(basename t/var/lib/lppack/bundles/*.lpb .lpb)
mv t/etc/lppack/keys.d keys.away
{
	try NO_KEYS status --root t --check
	says "$out" '^NO_KEYS: no key is trusted, so no boot applies what is installed'
	try OK status --root t --json
	json "['levels'][0]['at_boot']" "'refused'"
} | ok "no key is trusted"
mv keys.away t/etc/lppack/keys.d
printf 'format: 1\nversion: 1\ncreated: "2026-01-01T00:00:00Z"\nrevoked_bundles:\n  - digest: "%s"\n' "$digest" > t/etc/lppack/policy.yaml
{
	try REVOKED status --root t --check
	says "$out" '^REVOKED: web serial 7, which is installed, is not accepted: '
	try OK status --root t
	says "$out" '^CRITICAL: REVOKED: '
	says "$out" ' refused$'
	try OK status --root t --json
	json "['findings'][0]['severity']" "'critical'"
	says "$out" '"refused_because": '
	try OK status --root t --metrics
	says "$out" '^lppack_finding\{name="REVOKED",severity="critical"\} 1$'
} | ok "the installed release is revoked"
echo '?' > t/etc/lppack/policy.yaml
{ try POLICY status --root t --check; says "$out" '^POLICY: .*policy\.yaml'; } | ok "a policy that cannot be read"
rm t/etc/lppack/policy.yaml

# expiring WHEN: a machine with a release that expires then.
expiring()
{
	rm -rf t
	use_host t 6.1.0-1-test
	write_spec e.yaml 'created: 2020-01-01T00:00:00Z' "expires: $1" "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	lppack create e.yaml --key key.key -o e.lpb --force > /dev/null
	lppack install --root t e.lpb > /dev/null 2>&1
}
expiring 2021-01-01T00:00:00Z
lppack status --root t --check > checked
{
	says checked '^EXPIRED: web serial 7 expired at 2021-01-01T00:00:00Z: install a newer release$'
	try OK status --root t --metrics
	says "$out" '^lppack_release_expires_timestamp_seconds\{stream="web",serial="7"\} 1609459200$'
} | ok "what a boot applies has expired"
expiring "$(date -u -d '+3 days' +%Y-%m-%dT%H:%M:%SZ)"
lppack status --root t --check > checked
says checked '^EXPIRES_SOON: web serial 7 expires at ' | ok "what a boot applies expires soon"
expiring "$(date -u -d '+30 days' +%Y-%m-%dT%H:%M:%SZ)"
lppack status --root t --check > checked
{ grep EXPIRE checked || :; } | ok "what a boot applies expires in a month"

# nagios STATUS WORD
nagios()
{
	local got=0

	lppack status --root "${3-t}" --nagios > line 2> "$err" || got=$?
	[ "$got" = "$1" ] || echo "exit status $got, not $1"
	[ "$(wc -l < line)" = 1 ] || cat line
	says line "^LPPACK $2 - "
	silent "$err"
}
{ nagios 2 CRITICAL; says line ' BEHIND: .* \| fixes_active=0 fixes_pending=0 '; } | ok "--nagios: critical"
nagios 3 UNKNOWN none | ok "--nagios: unknown"
rm -rf n
use_host n 6.1.0-1-test
nagios 1 WARNING n | ok "--nagios: warning"

# reboot_needed STATUS ANSWER
reboot_needed()
{
	local got=0

	lppack reboot-needed --root t --json > "$out" || got=$?
	[ "$got" = "$1" ] || echo "exit status $got, not $1"
	json "['reboot_required']" "'$2'"
}
reboot_needed 3 no | ok "reboot-needed: no"
mkdir -p t/run
touch t/run/reboot-required
reboot_needed 0 yes | ok "reboot-needed: something asks for it"
echo libc6 > t/run/reboot-required.pkgs
reboot_needed 0 yes | ok "reboot-needed: a library asks for it"
echo linux-image-6.1.0-2-test > t/run/reboot-required.pkgs
reboot_needed 0 yes | ok "reboot-needed: a kernel asks for it, and no livepatch is active"
rm t/run/reboot-required*
echo '?' > t/var/lib/lppack/store.yaml
reboot_needed "${status[STATE]}" unknown | ok "reboot-needed: the store is damaged"
rm -rf t && use_host t 6.1.0-1-test && use_patch t livepatch_6 "$(module_id 2)"
reboot_needed "${status[FOREIGN]}" unknown | ok "reboot-needed: nobody knows what is active"
mkdir -p h/run
touch h/run/reboot-required
echo linux-image-6.1.0-2-test > h/run/reboot-required.pkgs
lppack reboot-needed --root h > "$out" || [ $? = 3 ] || echo "exit status"
says "$out" '^not needed yet' | ok "reboot-needed: a kernel asks for it, and a livepatch is active"
done_testing
