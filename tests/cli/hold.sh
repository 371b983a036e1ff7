#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack hold and unhold.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
lppack install --root h b.lpb > /dev/null

{ try OK hold --root h; says "$out" '^holds +none$'; } | ok "no hold"
{
	try OK hold --root h --serial 6
	says "$out" '^hold +every stream: nothing beyond serial 6$'
	try HELD apply --installed --root h --dry-run
	says "$err" '^lppack: error: web serial 7 is kept away by a hold: every stream: nothing beyond serial 6$'
	says "$err" '^lppack: hint: lppack unhold'
	try HELD apply --root h --dry-run b.lpb
	try HELD_BACK status --root h --check
	says "$out" '^HELD_BACK: web serial 7'
} | ok "by serial"
{
	try OK hold --root h --stream other --freeze --json
	json "['holds'][1]['stream']" "'other'"
	json "['holds'][1]['freeze']" True
	json "['holds'][0]['serial']" 6
	try OK unhold --root h --stream other
	says "$out" '^removed +1 hold$'
} | ok "one for each stream"
{
	cat > h/var/lib/lppack/holds.yaml <<- 'EOT'
		format: 1
		holds:
		  - freeze: true
		    ends: "2026-01-01T00:00:00Z"
		    set_at: "2025-12-01T00:00:00Z"
	EOT
	try OK hold --root h
	says "$out" '^hold +every stream: frozen until 2026-01-01T00:00:00Z \(over\)$'
	try OK hold --root h --json
	json "['holds'][0]['over']" True
	try OK status --root h --metrics
	says "$out" '^lppack_holds 0$'
	try OK apply --installed --root h --dry-run
	try OK unhold --root h
} | ok "a freeze that is over"
{
	try OK hold --root h --until 2026-01-01
	try HELD apply --installed --root h --dry-run
	try OK hold --root h --until 2026-10-01T12:00:00Z
	try OK apply --installed --root h --dry-run
} | ok "by date: the bundle was made in September"
{
	try OK hold --root h --freeze --until 2199-01-01
	says "$out" '^hold +every stream: frozen until 2199-01-01T00:00:00Z$'
	try OK apply --installed --root h --dry-run
	silent "$err"
	write_spec 8.yaml "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	sed -i 's/^serial: .*/serial: 8/' 8.yaml
	lppack create 8.yaml --key key.key -o 8.lpb > /dev/null
	try OK install --root h 8.lpb
	try OK apply --installed --root h --dry-run
	says "$out" '^  bundle +web, serial 7'
	try OK status --root h --json
	json "['levels'][0]['at_boot']" "'held'"
	json "['levels'][1]['at_boot']" "'applied'"
	try OK unhold --root h --json
	json "['removed']" 1
	try OK apply --installed --root h --dry-run
	says "$out" '^  bundle +web, serial 8'
} | ok "frozen: boots keep the level that was there"
# What a boot takes, as status tells it and as the boot does.
{
	try OK status --root h --json
	json "['levels'][0]['at_boot']" "'applied'"
	json "['levels'][1]['at_boot']" "'in reserve'"
	digest=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["levels"][0]["digest"])' "$out")
	use_patch h livepatch_7 "$(module_id 1)"
	record_applied h "" <<- EOT
		kernel: "d995dc1e24e5bf6f9407ab76941af67bfabd3833"
		release: "6.1.0-1-test"
		module: "livepatch_7"
		module_build_id: "$(module_id 1)"
		stream: "web"
		epoch: 0
		serial: 8
		version: "8"
		digest: "$digest"
		applied_at: "2026-09-01T00:00:00Z"
	EOT
	try OK status --root h --check
	try OK hold --root h --serial 7
	says "$err" '^lppack: warning: web serial 8 is in force, and beyond the hold: it stays until the next boot, which puts web serial 7 in force$'
	says "$err" '^lppack: hint: .*lppack unhold'
	try HELD_BACK status --root h --check
	says "$out" '^HELD_BACK: web serial 8 is in force, but a hold keeps it away from the next boot: every stream: nothing beyond serial 7$'
	try OK status --root h
	says "$out" '^web +8 .* held$'
	says "$out" '^web +7 .* applied$'
	try OK status --root h --json
	json "['levels'][0]['at_boot']" "'held'"
	json "['levels'][0]['chosen']" True
	json "['levels'][0]['target']" False
	json "['levels'][1]['target']" True
	json "['holds'][0]['keeps_out']['serial']" 8
	try ALREADY apply --installed --root h --dry-run
	says "$out" '^  bundle +web, serial 7'
	try OK hold --root h --serial 6
	says "$err" '^lppack: warning: web serial 8 is in force, and beyond the hold: .* puts nothing in force$'
	try HELD apply --installed --root h --dry-run
	try OK hold --root h --serial 8
	silent "$err"
	try OK unhold --root h
	rm -r h/sys/kernel/livepatch/livepatch_7 h/sys/module/livepatch_7
	record_applied h "" < /dev/null
} | ok "a hold below what is in force is warned of"
{
	exec {held}> h/run/lppack/lock
	flock "$held"
	try BUSY hold --root h --freeze
	try BUSY unhold --root h --wait 300ms
	(sleep 1; flock -u "$held") &
	try OK hold --root h --freeze --wait 1m
	wait
	flock "$held"
	(sleep 1; flock -u "$held") &
	try OK unhold --root h --wait 1m
	says "$out" '^removed +1 hold$'
	wait
	exec {held}>&-
} | ok "both wait for another lppack, if they are told to"
{
	record_applied h "" <<- EOT
		kernel: "d995dc1e24e5bf6f9407ab76941af67bfabd3833"
		release: "6.1.0-1-test"
		module: "livepatch_9"
		stream: "web"
		epoch: 0
		serial: 9
		version: "9"
		digest: "$(printf '%064d' 9)"
		applied_at: "2026-09-01T00:00:00Z"
	EOT
	try OK hold --root h --freeze
	says "$err" '^lppack: warning: web serial 9 was in force when the freeze was set, but is not installed: the next boot puts web serial 8 in force$'
	says "$err" '^lppack: hint: lppack install FILE keeps it for boots$'
	try OK apply --installed --root h --dry-run
	says "$out" '^  bundle +web, serial 8'
	try HELD apply --root h --dry-run 8.lpb
	try OK unhold --root h
	record_applied h "" < /dev/null
} | ok "a freeze of what is not installed"
refused "a hold that holds nothing" USAGE '2199-01-01: no bundle was made after that' '--freeze' \
	hold --root h --until 2199-01-01
refused "one that is over" USAGE '2020-01-01: the freeze would be over' '' hold --root h --freeze --until 2020-01-01
refused "no date" USAGE "'soon' is no date" '2026-11-21' hold --root h --until soon
refused "two things at once" USAGE 'a hold is a freeze or at a serial' '' hold --root h --freeze --serial 3
{
	echo garbage > h/var/lib/lppack/holds.yaml
	try STATE hold --root h
	try STATE apply --installed --root h --dry-run
	try OK unhold --root h
	try OK apply --installed --root h --dry-run
} | ok "damaged holds keep everything away, until they are taken away"

done_testing
