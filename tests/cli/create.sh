#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack create: what goes in comes out, the same bytes every time, and in a file that anyone can open.
. "$(dirname "$0")/lib.sh"
use_bundle
export SOURCE_DATE_EPOCH=1790000000

# comes_out BUNDLE MODULE KERNEL: extract gives the very module back.
comes_out()
{
	mkdir -p extracted
	lppack extract --keys key.pub --kernel "$3" -o extracted -f "$1" > "$out" 2> "$err" || cat "$err"
	cmp "$2" "$(cat "$out")"
}

# The first value of a key that is a text in $out.
json_text()
{
	sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$out" | head -n 1
}

works "a spec with globs and {release}" create spec.yaml --key key.key -o glob.lpb
cmp b.lpb glob.lpb | ok "the same spec twice makes the same bytes"
for i in 1 2; do comes_out glob.lpb livepatch_7-$i.ko vmlinuz-6.1.0-$i-test; done | ok "both modules come out"
{ stat -c %a glob.lpb; try OK verify --keys key.pub glob.lpb; } > "$scratch/io/got"
echo 644 > "$scratch/io/wanted"
same "the bundle verifies, and everyone may read it" "$scratch/io/wanted" "$scratch/io/got"
for n in 1 2 7; do
	lppack create spec.yaml --key key.key -o threads.lpb -f --threads $n > /dev/null || echo "failed with $n threads"
	cmp b.lpb threads.lpb
done | ok "any number of threads makes the same bytes"
mkdir elsewhere
{ try OK create "$PWD/spec.yaml" -C "$PWD" --key key.key -o elsewhere/dir.lpb; cmp b.lpb elsewhere/dir.lpb; } |
	ok "--directory, from elsewhere"
(cd elsewhere && lppack create ../spec.yaml --key ../key.key -o up.lpb > /dev/null && cmp ../b.lpb up.lpb) 2>&1 |
	ok "paths are relative to the spec"
{ SOURCE_DATE_EPOCH=1790000001 try OK create spec.yaml --key key.key -o later.lpb; says "$out" 'created +2026-09-21T14:13:21Z'; } |
	ok "SOURCE_DATE_EPOCH is the time of creation"
{ ! cmp -s b.lpb later.lpb || echo "the same bytes"; } | ok "another time makes another bundle"
{
	write_spec created.yaml 'created: 2026-01-02T03:04:05Z' "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	try OK create created.yaml --key key.key -o created.lpb
	says "$out" 'created +2026-01-02T03:04:05Z'
} | ok "the spec's time goes before it"

tar tf b.lpb > "$scratch/io/members" 2> "$err"
cat > "$scratch/io/wanted" << 'EOF'
lppack
manifest.yaml
signatures/ID.ed25519
pad
fixes.yaml
index/fence
index/pages
kernels/ID.yaml
kernels/ID.ko.zst
kernels/ID.yaml
kernels/ID.ko.zst
EOF
sed -E 's/[0-9a-f]{40,}/ID/' "$scratch/io/members" > "$scratch/io/got"
same "tar lists it" "$scratch/io/wanted" "$scratch/io/got"
mkdir tar && tar xf b.lpb -C tar 2>&1 | ok "tar unpacks it"
{ grep -qx 'stream: "web"' tar/manifest.yaml || cat tar/manifest.yaml; } | ok "the manifest can be read"

for i in 1 2; do
	lppack verify --json --keys key.pub --kernel vmlinuz-6.1.0-$i-test b.lpb > "$out"
	id=$(json_text build_id)
	member[i]=kernels/$id.ko.zst
	if grep -q '"stands_alone": true' "$out"; then alone=$i; else other=$i; fi
done
if command -v zstd > /dev/null; then
	{
		zstd -q -d "tar/${member[alone]}" -o alone.ko
		cmp alone.ko "livepatch_7-$alone.ko"
	} 2>&1 | ok "zstd -d gives the module that stands alone"
	{
		! zstd -q -d "tar/${member[other]}" -o wrong.ko 2> /dev/null || echo "it needs no base"
		zstd -q -d --patch-from alone.ko "tar/${member[other]}" -o other.ko
		cmp other.ko "livepatch_7-$other.ko"
	} 2>&1 | ok "zstd -d --patch-from gives the one that refers to it"
	{
		try OK create spec.yaml --key key.key -o alone.lpb --independent
		mkdir alone
		tar xf alone.lpb -C alone
		for i in 1 2; do
			zstd -q -d "alone/${member[i]}" -o independent.ko -f
			cmp independent.ko livepatch_7-$i.ko
		done
		[ "$(stat -c %s alone.lpb)" -gt "$(stat -c %s b.lpb)" ] || echo "it is not larger"
	} 2>&1 | ok "--independent: each stands alone"
else
	for what in "zstd -d" "zstd -d --patch-from" "--independent"; do skip "$what" "no zstd"; done
fi

one=(create --stream web --serial 7 --key key.key)
pairs=(--module livepatch_7-1.ko --kernel vmlinuz-6.1.0-1-test --module livepatch_7-2.ko --kernel vmlinuz-6.1.0-2-test)
{ try OK "${one[@]}" "${pairs[@]}" -o pairs.lpb; cmp b.lpb pairs.lpb; } | ok "pairs on the command line make the same bundle"
{
	try OK "${one[@]}" "${pairs[@]}" -o more.lpb --bundle-version 7.1-hotfix --expires 2027-01-31T00:00:00Z
	says "$out" 'serial 7 \(version 7\.1-hotfix\)'
	says "$out" 'expires +2027-01-31T00:00:00Z'
} | ok "a version and an expiry on the command line"
{
	cp livepatch_7-1.ko 'odd[1]*?.ko'
	cp vmlinuz-6.1.0-1-test 'odd[k]'
	try OK "${one[@]}" --module 'odd[1]*?.ko' --kernel 'odd[k]' -o odd.lpb
	comes_out odd.lpb livepatch_7-1.ko vmlinuz-6.1.0-1-test
} | ok "a file whose name looks like a pattern is itself"
{
	try OK create spec.yaml --key key.key -o b.lpb --force
	cmp b.lpb glob.lpb
} | ok "--force replaces a file"
{
	lppack keygen -o second > /dev/null
	try OK create spec.yaml --key key.key --key second.key -o two.lpb
	try OK verify -q --keys key.pub two.lpb
	try OK verify -q --keys second.pub two.lpb
} | ok "two keys, each of which suffices"
{
	try OK create spec.yaml --key key.key -o level.lpb --level 1
	try OK verify -q --keys key.pub level.lpb
	! cmp -s level.lpb b.lpb || echo "the level changes nothing"
} | ok "--level"

# A hundred kernels by one line.
mkdir modules kernels
for i in {1..100}; do
	release=6.1.0-$i-test
	mkdir "kernels/$release" "modules/$i"
	mkmodule --kind notes --release "$release" -o "kernels/$release/notes"
	mkmodule --release "$release" --name livepatch_7 --function f --seed $((i % 7)) --filler 2000 -o "modules/$i/livepatch_7.ko"
done
write_spec hundred.yaml "$(pair 'modules/*/livepatch_7.ko' 'kernels/{release}/notes')"
{ try OK create hundred.yaml --key key.key -o hundred.lpb --level 3; says "$out" '^  kernels +100$'; } | ok "100 kernels by one line"
{ try OK verify --keys key.pub hundred.lpb; says "$out" 'every byte: 100 kernels'; } | ok "and all verify"
for i in 1 50 100; do comes_out hundred.lpb modules/$i/livepatch_7.ko kernels/6.1.0-$i-test/notes; done | ok "and come out"

# on_terminal ARGUMENT...: with a terminal as standard output and error.
on_terminal()
{
	script -qec "$(printf '%q ' "${program[@]}" "$@")" /dev/null
}

on_terminal create spec.yaml --key key.key -o terminal.lpb -f > "$out" 2>&1
says "$out" 'packing: 2 of 2 modules' | ok "a progress line on a terminal"
{ try OK create spec.yaml --key key.key -o terminal.lpb -f; silent "$err"; } | ok "and none without"
on_terminal verify --keys key.pub terminal.lpb > "$out" 2>&1
says "$out" 'verifying: 2 of 2 kernels' | ok "verify has one too"

mkmodule --no-anatomy --function f --name livepatch_9 -o stripped.ko
unknown=(create --stream web --serial 9 --key key.key --module stripped.ko --kernel 00112233 -o unknown.lpb)
refused "a livepatch of which nothing is recognised" UNLOADABLE 'stripped\.ko: nothing of its livepatch is recognised' '--allow-unrecognised' "${unknown[@]}"
works "and with the word for it" "${unknown[@]}" --allow-unrecognised

# What reads the inputs is a copy of the process: none is made once the key is in its memory.
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	{
		ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat,clone,clone3,fork,vfork -o trace "${program[@]}" create spec.yaml --check --force \
			--key key.key -o keyless.lpb > "$out" 2> "$err" || cat "$err"
		grep -q 'key\.key' trace || echo "the key was not opened"
		sed '/key\.key/,$d' trace | grep -qE '(clone|clone3|fork|vfork)\(' || echo "no process read the inputs"
		sed -n '/key\.key/,$p' trace | grep -E '(clone|clone3|fork|vfork)\(' | grep -v CLONE_THREAD
	} | ok "no key is in the memory of what reads the inputs"
else
	skip "no key is in the memory of what reads the inputs" "there is no strace, or it may not trace here"
fi

done_testing
