#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a machine remembers of the bundles it has had, and that nothing makes it forget.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1790000000
use_host h 6.1.0-1-test
use_key
mkmodule --kind vmlinuz --release 6.1.0-1-test -o vmlinuz
mkmodule --release 6.1.0-1-test --name livepatch_7 --function foo_ioctl --build-id "$(module_id 1)" -o livepatch_7.ko

# build NAME STREAM SERIAL EPOCH [LINE...]
build()
{
	local name=$1

	printf '%s\n' "stream: $2" "serial: $3" "epoch: $4" "${@:5}" 'kernels:' '  - module: livepatch_7.ko' '    kernel: vmlinuz' > "$name.yaml"
	lppack create "$name.yaml" --threads 1 --level 1 --key key.key -o "$name.lpb" > /dev/null || exit 99
}

for serial in 4 5 6; do build s$serial web $serial 0; done
build twin web 5 0 'version: twin'
build e1 web 1 1
build db db 1 0
build old web 7 0 'created: 2026-01-01T00:00:00Z' 'expires: 2026-02-01T00:00:00Z'
build future web 8 0 'created: 2200-01-01T00:00:00Z'
memory=h/var/lib/lppack/freshness.yaml
keep=(install --no-apply --root h)
dry=(apply --dry-run --root h)

# what FILE WORD...: each word in it.
what()
{
	local file=$1 word

	shift
	for word; do grep -qF -- "$word" "$file" || { echo "no '$word' in"; cat "$file"; }; done
}

{
	try OK verify -q --root h s5.lpb
	try OK show --root h s5.lpb
	try OK "${dry[@]}" s5.lpb
	[ ! -e h/var ] || find h/var
} | ok "looking at a bundle is not remembered"
{ try OK "${keep[@]}" s5.lpb; what $memory 'stream: "web"' 'serial: 5' 'seen:'; ls h/var/lib/lppack/.kept/freshness.yaml h/etc/lppack/kept/freshness.yaml > /dev/null; } |
	ok "installing it is"
refused "an older bundle" DOWNGRADE 's4\.lpb: serial 4 .* is older than what this machine has seen of stream web, serial 5' \
	'--allow-downgrade, which is recorded' "${dry[@]}" s4.lpb
{ cp $memory before; try DOWNGRADE "${keep[@]}" s4.lpb; says "$err" 's4\.lpb: serial 4 .* is older'; cmp before $memory; } | ok "is not installed either"
refused "another bundle of the serial" EQUIVOCATION 'twin\.lpb: serial 5 .* is not the one that this machine has seen, serial 5' \
	'a key is misused' "${dry[@]}" twin.lpb
refused "whatever is allowed" EQUIVOCATION 'twin\.lpb: ' 'a key is misused' "${dry[@]}" --allow-downgrade twin.lpb
{ try OK "${dry[@]}" s5.lpb; try OK "${dry[@]}" s6.lpb; try OK "${dry[@]}" e1.lpb; try OK "${dry[@]}" --switch-stream db.lpb; } |
	ok "the same, a newer one, a higher epoch and another stream that is switched to"
{
	cp $memory before
	try OK "${dry[@]}" --allow-downgrade s4.lpb
	says "$err" 'warning: .*going back is allowed: from serial 5 .* to serial 4'
	cmp before $memory
	try OK "${keep[@]}" --allow-downgrade s4.lpb
	what $memory 'downgrades:' 'from:' 'serial: 4'
} | ok "an allowed downgrade is told, and recorded when it happens"
{ try OK "${dry[@]}" old.lpb; says "$err" 'warning: old\.lpb: the bundle expired on 2026-02-01T00:00:00Z'; } | ok "an expired bundle is a warning"
refused "a bundle of the future" CLOCK "future\\.lpb: this machine's clock says .*, which is before 2200-01-01T00:00:00Z, when the bundle was created" \
	'set the clock' "${dry[@]}" future.lpb
sed 's/^streams:/latest: "2199-01-01T00:00:00Z"\nstreams:/; /^latest: "202/d' $memory > changed
cp $memory kept
cp changed $memory
refused "a clock that went back" CLOCK 's6\.lpb: .* when lppack last wrote its memory' "the line 'latest'" "${dry[@]}" s6.lpb
cp kept $memory

# The memory itself.
: > $memory
refused "a memory of no bytes" STATE "$memory:1: the file is empty" 'restore it from a backup' "${dry[@]}" s6.lpb
head -c 40 kept > $memory
refused "a torn memory" STATE "$memory" 'restore it from a backup' "${dry[@]}" s6.lpb
rm $memory
refused "a memory that is gone" STATE "$memory: is missing, although lppack has written it" "begin anew.*rm -f h/var/lib/lppack/\\.kept/freshness\\.yaml" \
	"${dry[@]}" s4.lpb
{ try STATE "${keep[@]}" s6.lpb; says "$err" "$memory: is missing"; [ ! -e $memory ] || echo "it was made"; } | ok "and is not made anew by the way"
cp kept $memory
mv h/var away
refused "all of /var gone" STATE "h/var/lib/lppack/state\\.yaml: is missing" 'recover --discard' "${dry[@]}" s4.lpb
mv h/etc/lppack/kept/state.yaml aside
refused "and the memory in it" STATE "$memory: is missing" 'begin anew' "${dry[@]}" s4.lpb
mv aside h/etc/lppack/kept/state.yaml
mv away h/var
chmod g+w $memory
refused "a memory that others can change" UNSAFE_FILE "$memory: can be changed by its group" "chmod go-w $memory" "${dry[@]}" s6.lpb
chmod g-w $memory
chmod o+w h/var/lib/lppack
refused "in a directory that others can change" UNSAFE_FILE 'h/var/lib/lppack: can be changed by everybody' "chmod go-w h/var/lib/lppack" "${dry[@]}" s6.lpb
chmod o-w h/var/lib/lppack
cp s6.lpb open.lpb
chmod o+w open.lpb
refused "a bundle that others can change is not applied" UNSAFE_FILE 'open\.lpb: can be changed by everybody' "chmod go-w open\\.lpb" \
	"${dry[@]}" open.lpb
works "installing it copies it, and verifies the copy" "${keep[@]}" --json open.lpb
LC_ALL=C sed '0,/^stream: /s//stream; /' s6.lpb > unread.lpb
{ cmp -s s6.lpb unread.lpb && echo "nothing was changed"; try BAD_SIGNATURE "${keep[@]}" unread.lpb; says "$err" 'unread\.lpb: '; } |
	ok "install reads nothing of a manifest that nobody has signed"
works "but it can be looked at" verify -q --root h open.lpb
works "the memory as it was" "${dry[@]}" --json s6.lpb
rm $memory h/var/lib/lppack/.kept/freshness.yaml h/etc/lppack/kept/freshness.yaml
{ try OK "${dry[@]}" s4.lpb; } | ok "forgotten on purpose, as the hint says"

done_testing
