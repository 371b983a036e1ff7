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
	says "$err" "^lppack: error: 2 boots that began with the bundle ${digest:0:12} did not become healthy"
	says "$err" '^lppack: hint: .*confirm --retry'
	try BOOT_LOOP status --root h --check
	try OK status --root h
	says "$out" 'a bundle is skipped'
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

units=$top_srcdir/packaging/systemd
{
	grep -l '^ExecStop' "$units"/*
	grep -qx 'ExecStart=@bindir@/lppack apply --installed --boot' "$units/lppack-apply.service.in" ||
		echo "boots do not apply"
	grep -qx 'RemainAfterExit=yes' "$units/lppack-apply.service.in" || echo "it does not stay"
	grep -qx 'ExecStart=@bindir@/lppack confirm' "$units/lppack-confirm.service.in" || echo "boots are not confirmed"
	line=$(sed -n 's/^SuccessExitStatus=//p' "$units/lppack-apply.service.in")
	wanted="${status[ALREADY]} ${status[HELD]} ${status[NO_LEVEL]} ${status[DISABLED]}"
	[ "$line" = "$wanted" ] || echo "SuccessExitStatus is $line, not $wanted"
} | ok "the units say what the program does; stopping unloads nothing"

done_testing
