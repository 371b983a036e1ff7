#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a release takes away from a machine: refused by name, unless it withdraws it or the operator says so.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1790000000
use_host h 6.1.0-1-test
use_key
mkdir h/boot
for i in 1 2; do
	mkmodule --kind vmlinuz --release 6.1.0-$i-test -o vmlinuz-$i
	cp vmlinuz-$i h/boot/vmlinuz-6.1.0-$i-test
	mkmodule --release 6.1.0-$i-test --name lp_both --function foo_ioctl --function bar_read --state 5:2 --build-id "$(module_id $i)" -o both-$i.ko
	mkmodule --release 6.1.0-$i-test --name lp_foo --function foo_ioctl --state 5:2 --build-id "$(module_id 3$i | tail -c 41)" -o foo-$i.ko
	mkmodule --release 6.1.0-$i-test --name lp_old --function foo_ioctl --function bar_read --state 5:1 --build-id "$(module_id 4$i | tail -c 41)" -o old-$i.ko
	mkmodule --release 6.1.0-$i-test --name lp_less --function foo_ioctl --function bar_read --build-id "$(module_id 5$i | tail -c 41)" -o less-$i.ko
done
foo='  - {id: CVE-1, summary: one, severity: high, functions: [foo_ioctl]}'
bar='  - {id: CVE-2, summary: two, severity: high, functions: [bar_read]}'
none='  - {id: CVE-3, summary: three, severity: low}'

# build NAME SERIAL MODULES KERNELS LINE...: a release of the stream web.
build()
{
	local name=$1 kind=$3 i

	{
		printf '%s\n' 'stream: web' "serial: $2" "${@:5}" 'kernels:'
		for i in $4; do printf '%s\n' "  - module: $kind-$i.ko" "    kernel: vmlinuz-$i"; done
	} > "$name.yaml"
	lppack create "$name.yaml" --threads 1 --level 1 --key key.key -o "$name.lpb" > /dev/null || exit 99
}

build base 1 both '1 2' 'fixes:' "$foo" "$bar" "$none"
build nobar 2 both '1 2' 'fixes:' "$foo" "$none"
build nonone 2 both '1 2' 'fixes:' "$foo" "$bar"
build unproved 2 foo '1 2' 'fixes:' "$foo" "$bar" "$none"
build one 2 both 1 'fixes:' "$foo" "$bar" "$none"
build only 2 less 1 'fixes:' "$foo" "$bar" "$none"
build old 2 old '1 2' 'fixes:' "$foo" "$bar" "$none"
build less 2 less '1 2' 'fixes:' "$foo" "$bar" "$none"
build withdrawn 2 foo '1 2' 'fixes:' "$foo" "$none" 'withdrawn:' '  - {kind: fix, id: CVE-2, reason: it broke things}'
build fewer 3 both '1 2' 'fixes:' "$foo" "$none" 'version: again'
build back 4 both '1 2' 'fixes:' "$foo" "$bar" "$none"
cp -r h fresh

# refused_as NAME BUNDLE MESSAGE: install refuses it, names what goes, and nothing more is installed.
refused_as()
{
	find h -type f ! -name lock | sort > "$scratch/io/before"
	{
		try LOSS install --root h "$2.lpb"
		says "$err" "^lppack: error: $2\\.lpb: loses what this machine has: $3\$"
		says "$err" '^lppack: hint: .*--allow-loss'
		find h -type f ! -name lock | sort | diff "$scratch/io/before" -
	} | ok "$1"
}

lppack install --root h base.lpb > /dev/null || exit 99
refused_as "a fix that is gone" nobar 'CVE-2 for 6\.1\.0-1-test, CVE-2 for 6\.1\.0-2-test'
refused_as "one that named no function" nonone 'CVE-3 for 6\.1\.0-1-test, CVE-3 for 6\.1\.0-2-test'
refused_as "a fix that is claimed, and whose function is replaced no more" unproved 'CVE-2 for 6\.1\.0-1-test, CVE-2 for 6\.1\.0-2-test'
refused_as "a kernel that is installed" one 'all of kernel 6\.1\.0-2-test'
refused_as "a state in a lower version" old 'state 5 for 6\.1\.0-1-test, state 5 for 6\.1\.0-2-test'
refused_as "a state that is gone" less 'state 5 for 6\.1\.0-1-test, state 5 for 6\.1\.0-2-test'
{
	rm h/boot/vmlinuz-6.1.0-2-test
	try OK install --root h one.lpb
	cp vmlinuz-2 h/boot/vmlinuz-6.1.0-2-test
} | ok "a kernel that is not installed is no loss"
rm -r h; cp -r fresh h; lppack install --root h base.lpb > /dev/null
mv h/boot h/elsewhere
refused_as "of the running kernel, wherever its file is" nobar 'CVE-2 for 6\.1\.0-1-test'
rm -r h; cp -r fresh h; lppack install --root h base.lpb > /dev/null
works "what is withdrawn is no loss" install --root h withdrawn.lpb --json
rm -r h; cp -r fresh h; lppack install --root h base.lpb > /dev/null
{
	try OK install --root h --allow-loss nobar.lpb --json
	json "['losses'][0]['id']" "'CVE-2'"
	json "['losses'][0]['kind']" "'fix'"
	json "['losses'][1]['release']" "'6.1.0-2-test'"
} | ok "the operator's word is enough, and what goes is told"
{
	try LOSS status --check --root h
	says "$out" '^LOSS: lost, as --allow-loss has it, until a release brings it back: CVE-2 for 6\.1\.0-1-test, CVE-2 for 6\.1\.0-2-test$'
	try OK status --root h --json
	json "['allowed_losses'][1]['id']" "'CVE-2'"
} | ok "and stays a finding"
works "the word holds for the very release" install --root h nobar.lpb --json
{
	try OK install --root h fewer.lpb
	try LOSS status --check --root h
} | ok "a later release that lacks it too loses nothing more, and ends nothing"
{
	try OK install --root h back.lpb
	lppack status --check --root h > "$out"
	! grep LOSS "$out"
} | ok "one that brings it back ends the finding"

# The running kernel, with something active.
rm -r h; cp -r fresh h
use_patch h lp_both "$(module_id 1)"
mkdir -p h/sys/kernel/livepatch/lp_both/vmlinux/{foo_ioctl,1,bar_read,1} h/var/lib/lppack
cat > h/var/lib/lppack/state.yaml << END
format: 1
stream: "web"
boot_id: "12345678-1234-1234-1234-123456789abc"
forced: false
modules: []
applied:
  module: "lp_both"
  module_build_id: "$(module_id 1)"
  kernel: "d995dc1e24e5bf6f9407ab76941af67bfabd3833"
  release: "6.1.0-1-test"
  stream: "web"
  epoch: 0
  serial: 1
  version: "1"
  digest: "4be2a837a4f83f91c4e336254bd82300e8dbabfce009d09f730f30e2807cb7a6"
  builder: "source"
  replace: "proved"
  objects:
    - name: "vmlinux"
      functions:
        - name: "bar_read"
          sympos: 0
        - name: "foo_ioctl"
          sympos: 0
      callbacks: []
  states: []
  rollback_floor: 0
  claims:
    fixes:
      - id: "CVE-1"
        functions: ["foo_ioctl"]
      - id: "CVE-2"
        functions: ["bar_read"]
    unfixable: []
    not_applicable: []
END
dry=(apply --replace --dry-run --root h)
refused "apply: what is active is asked" LOSS 'unproved\.lpb: loses what this machine has: CVE-2 for 6\.1\.0-1-test' '--allow-loss' "${dry[@]}" unproved.lpb
{
	try OK "${dry[@]}" --allow-loss unproved.lpb
	says "$out" '^ +loses +fix CVE-2 for 6\.1\.0-1-test$'
} | ok "and told with the operator's word"
{
	rm -r h/boot
	try LOSS install --no-apply --root h unproved.lpb
	says "$err" 'unproved\.lpb: loses what this machine has: CVE-2 for 6\.1\.0-1-test$'
} | ok "install asks for what is active, too: boots would take it, and are not asked"
works "a kernel that is only installed is not apply's" "${dry[@]}" only.lpb --json
{
	sed -i 's/^stream: .*/stream: "db"/; s/^  stream: .*/  stream: "db"/' h/var/lib/lppack/state.yaml
	try OK "${dry[@]}" --switch-stream unproved.lpb --json
	json "['losses'][0]['id']" "'CVE-2'"
	json "['switched_from']" "'db'"
} | ok "between streams it is told, and --switch-stream is the word"

{
	rm -r h; cp -r fresh h; lppack install --root h base.lpb > /dev/null
	sed -i 's/^stream: .*/stream: "db"/' nobar.yaml
	lppack create nobar.yaml --threads 1 --level 1 --key key.key -o db.lpb > /dev/null
	try OK install --root h --switch-stream --allow-loss db.lpb --json
	json "['losses'][0]['id']" "'CVE-2'"
	lppack status --check --root h > "$out"
	! grep LOSS "$out"
} | ok "nothing of it is a finding: the stream was left on purpose"

done_testing
