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
	says "$err" '^lppack: warning: serial 8 is skipped: web serial 8 is kept away'
	try OK unhold --root h --json
	json "['removed']" 1
	try OK apply --installed --root h --dry-run
	says "$out" '^  bundle +web, serial 8'
} | ok "frozen: boots keep the level that was there"
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
