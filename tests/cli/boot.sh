#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a boot asks before it livepatches: the kill switch, failed boots, lppack confirm. And the units that ask.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
lppack install --root h b.lpb > /dev/null
digest=$(basename h/var/lib/lppack/bundles/*.lpb .lpb)

{
	echo 'quiet lppack.apply=0' > h/proc/cmdline
	try DISABLED apply --installed --root h --dry-run
	says "$err" '^lppack: error: h/proc/cmdline: lppack\.apply=0'
	try DISABLED apply --root h --dry-run b.lpb
	try OK status --root h
	says "$out" 'lppack\.apply=0'
	try DISABLED status --root h --check
	echo quiet > h/proc/cmdline
	try OK apply --installed --root h --dry-run
} | ok "the kill switch"

{
	cat > h/var/lib/lppack/boot.yaml <<- EOT
		format: 1
		trials:
		  - digest: "$digest"
		    boots:
		      - "11111111-0000-0000-0000-000000000000"
		      - "22222222-0000-0000-0000-000000000000"
	EOT
	mkdir -p h/proc/sys/kernel/random
	echo 33333333-0000-0000-0000-000000000000 > h/proc/sys/kernel/random/boot_id
	try BOOT_LOOP apply --installed --root h --dry-run
	says "$err" '^lppack: error: 2 boots that began with web serial 7 did not become healthy'
	says "$err" '^lppack: hint: .*confirm --retry'
	try BOOT_LOOP status --root h --check
	says "$out" '^BOOT_LOOP: web serial 7 is skipped: 2 boots with it did not become healthy; install a newer level'
	try OK status --root h
	says "$out" 'a bundle is skipped'
	says "$out" '^  level +web serial 7$'
	says "$out" '^web +7 .* skipped$'
	try OK status --root h --json
	json "['boot']['trials'][0]['failed_boots']" 2
	json "['latest']['state']" "'skipped'"
	try OK confirm --root h
	says "$out" '^this boot +was not waiting to be confirmed$'
	try BOOT_LOOP apply --installed --root h --dry-run
	try OK apply --root h --dry-run b.lpb
	try OK confirm --root h --retry
	try OK apply --installed --root h --dry-run
} | ok "two boots that did not come up"
{
	cp -r h n
	sed 's/^serial: .*/serial: 8/' spec.yaml > 8.yaml
	lppack create 8.yaml --key key.key -o 8.lpb > /dev/null
	cat > n/var/lib/lppack/boot.yaml <<- EOT
		format: 1
		trials:
		  - digest: "$digest"
		    boots:
		      - "11111111-0000-0000-0000-000000000000"
		      - "22222222-0000-0000-0000-000000000000"
	EOT
	try BOOT_LOOP status --root n --check
	try OK install --root n 8.lpb
	try BEHIND status --root n --check
	try OK status --root n --metrics
	says "$out" '^lppack_bundles_skipped 0$'
	try OK apply --installed --root n --dry-run
	silent "$err"
	says "$out" '^  bundle +web, serial 8'
} | ok "a newer level ends the alarm"
{
	sed -i '/^target:/d' n/var/lib/lppack/state.yaml
	try NO_RELEASE apply --installed --root n --dry-run
	says "$err" '^lppack: error: none of the installed levels is to be put in force, since lppack remove$'
	says "$err" '^lppack: hint: lppack rollback --to'
	try BEHIND status --root n --check
	says "$out" '^BEHIND: web serial 8 is installed, but lppack remove has taken it out of force, also for boots: lppack rollback --to 8 puts it back$'
	try OK status --root n
	says "$out" '^latest +web serial 8: removed, also for boots; lppack rollback --to 8 puts it back$'
	says "$out" '^web +7 .* skipped$'
	says "$out" '^web +8 .* removed$'
	try OK rollback --to 8 --root n --dry-run
} | ok "after lppack remove boots put nothing in force, and monitoring says so"
{
	sed 's/^\t*//' > h/var/lib/lppack/boot.yaml <<- EOT
		format: 1
		trials:
		  - digest: "$digest"
		    boots:
		      - "33333333-0000-0000-0000-000000000000"
	EOT
	try OK confirm --root h --json
	json "['confirmed']" True
	try OK status --root h --json
	json "['boot']['confirmed']" True
	json "['boot']['trials']" '[]'
} | ok "a boot that came up"
{
	sed 's/^\t*//' > h/var/lib/lppack/boot.yaml <<- EOT
		format: 1
		trials:
		  - digest: "$digest"
		    boots:
		      - "33333333-0000-0000-0000-000000000000"
	EOT
	exec {held}> h/run/lppack/lock
	flock "$held"
	try BUSY confirm --root h --wait 300ms
	(sleep 1; flock -u "$held") &
	try OK confirm --root h
	says "$out" '^this boot +healthy, as was now recorded$'
	wait
	exec {held}>&-
} | ok "a boot that comes up while another lppack is at work"

units=$top_srcdir/packaging/systemd
{
	grep -l '^ExecStop' "$units"/*
	grep -qx 'ExecStart=@bindir@/lppack apply --installed --boot' "$units/lppack-apply.service.in" ||
		echo "boots do not apply"
	grep -qx 'RemainAfterExit=yes' "$units/lppack-apply.service.in" || echo "it does not stay"
	grep -qx 'ExecStart=@bindir@/lppack confirm' "$units/lppack-confirm.service.in" || echo "boots are not confirmed"
	grep -qx 'Also=lppack-confirm.timer' "$units/lppack-apply.service.in" || echo "boots that are applied are not confirmed"
	grep -qx 'Restart=on-failure' "$units/lppack-confirm.service.in" || echo "a boot is confirmed once or never"
	line=$(sed -n 's/^SuccessExitStatus=//p' "$units/lppack-apply.service.in")
	wanted="${status[ALREADY]} ${status[HELD]} ${status[NO_RELEASE]} ${status[DISABLED]}"
	[ "$line" = "$wanted" ] || echo "SuccessExitStatus is $line, not $wanted"
} | ok "the units say what the program does; stopping unloads nothing"

done_testing
