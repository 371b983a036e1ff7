#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bundles that are damaged, cut off, rearranged, or none at all. tests/hostile goes through the format rule by rule; here
# it is what an operator sees.
. "$(dirname "$0")/lib.sh"
[ "$(type -t python3)" = file ] || skip_all "no python3"
use_bundle
use_host h 6.1.0-1-test
mkdir folder
: > empty
size=$(stat -c %s b.lpb)
again='fetch the (file|bundle) again'

# every_verb NAME STATUS MESSAGE HINT FILE: refused by all that must believe it.
every_verb()
{
	local name=$1 wanted=$2 message=$3 hint=$4 file=$5

	refused "$name: verify" "$wanted" "$message" "$hint" verify --keys key.pub "$file"
	refused "$name: extract" "$wanted" "$message" "$hint" extract --keys key.pub --kernel vmlinuz-6.1.0-1-test -o folder "$file"
	refused "$name: apply" "$wanted" "$message" "$hint" apply -n --root h "$file"
}

every_verb "a file that does not exist" IO 'none\.lpb: cannot be opened' 'check the path' none.lpb
every_verb "a directory" IO 'folder: not a regular file' 'regular file' folder
every_verb "a device" IO '/dev/zero: not a regular file' 'regular file' /dev/zero
every_verb "an empty file" TRUNCATED 'empty: is empty' "$again" empty
every_verb "a file of another kind" NOT_BUNDLE 'vmlinuz-6\.1\.0-1-test: not a lppack bundle' 'lppack create' vmlinuz-6.1.0-1-test
tar cf plain.tar spec.yaml
every_verb "a tar file of another kind" NOT_BUNDLE 'plain\.tar: not a lppack bundle' 'lppack create' plain.tar
sed 's/lppack 1/lppack 2/' b.lpb > newer.lpb
every_verb "a later format" UNSUPPORTED "newer\\.lpb: the bundle's format is not version 1" 'newer lppack' newer.lpb
for file in none.lpb folder empty plain.tar newer.lpb; do
	lppack show --keys key.pub $file > "$out" 2> "$err" && echo "show $file succeeds"
	silent "$out"
done | ok "show, too, fails where there is nothing to show"

# all_refused NAME STATUS...: every file in the directory many is refused by one of these, and told.
all_refused()
{
	local name=$1 wanted=" ${*:2} " files

	files=$(find many -type f | sort)
	{
		# shellcheck disable=SC2086
		lppack verify --keys key.pub $files --json > "$out" 2> "$err"
		python3 -B - "$out" "$wanted" <<- 'EOF'
			import json, sys
			for one in json.load(open(sys.argv[1]))["files"]:
			    error = one.get("error", {})
			    if " %s " % error.get("name") not in sys.argv[2] or one["file"] not in error["message"] or not error.get("hint"):
			        print(one["file"], error)
		EOF
		grep -c '^lppack: error: ' "$err" | grep -vx "$(wc -l <<< "$files")"
		# shellcheck disable=SC2086
		lppack verify --keys key.pub $files 2> /dev/null
	} | ok "$name"
	rm -r many
	mkdir many
}

# Cut off anywhere.
mkdir many
for n in 1 6 511 512 520 1023 1024 1500 1536 2000 2560 5000 10239 10240 10300 15000 $((size - 1024)) $((size - 1)); do
	head -c "$n" b.lpb > "many/$n.lpb"
done
all_refused "cut off at any length" TRUNCATED
head -c $((size / 2)) b.lpb > half.lpb
every_verb "half a file" TRUNCATED 'half\.lpb: ' "$again" half.lpb
{ cat b.lpb; echo; } > longer.lpb
every_verb "a byte after the end" STRUCTURE 'longer\.lpb: has 1 bytes after its end' "$again" longer.lpb

mangle()
{
	python3 -B "$tests_cli/mangle.py" b.lpb m.lpb "$@" || exit 99
}

# One bit of each member's content, header and padding.
while read -r member wanted; do
	mangle flip "$member" 1
	refused "a bit of $member" "$wanted" 'm\.lpb: ' 'fetch|lppack create' verify --keys key.pub m.lpb
done << 'EOF'
lppack NOT_BUNDLE
manifest.yaml BAD_SIGNATURE
ed25519 BAD_SIGNATURE
pad STRUCTURE
fixes.yaml CORRUPT
index/fence CORRUPT
index/pages CORRUPT
yaml BAD_SIGNATURE
ko.zst CORRUPT
EOF
python3 -B "$tests_cli/mangle.py" b.lpb many headers
all_refused "a bit of any header" STRUCTURE NOT_BUNDLE TRUNCATED LIMIT BAD_SIGNATURE UNTRUSTED
python3 -B "$tests_cli/mangle.py" b.lpb many paddings
all_refused "a bit of any padding" STRUCTURE NOT_BUNDLE
mangle members > "$scratch/io/members"

# Only what is read for one kernel decides over it.
member=$(grep 'ko\.zst$' "$scratch/io/members" | tail -n 1)
other=$(basename "$(grep 'ko\.zst$' "$scratch/io/members" | head -n 1)" .ko.zst)
mangle flip "$member" 5
cp m.lpb damaged.lpb
refused "a damaged module: verify" CORRUPT 'damaged\.lpb: ' "$again" verify --keys key.pub damaged.lpb
refused "a damaged module: verify --kernel" CORRUPT 'damaged\.lpb: ' "$again" \
	verify --keys key.pub --kernel "$(basename "$member" .ko.zst)" damaged.lpb
works "a damaged module: verify for another kernel" verify -q --keys key.pub --kernel "$other" damaged.lpb

# Rearranged.
while read -r name what members; do
	# shellcheck disable=SC2086
	mangle "$what" $members
	refused "$name $members" STRUCTURE 'm\.lpb: ' 'fetch|writer' verify --keys key.pub m.lpb
done << 'EOF'
order: swap fixes.yaml index/fence
order: swap manifest.yaml pad
order: swap yaml ko.zst
twice: twice manifest.yaml
twice: twice fixes.yaml
twice: twice ed25519
missing: without manifest.yaml
missing: without pad
extra: extra manifest.yaml
extra: extra fixes.yaml
EOF
for member in fixes.yaml index/pages ko.zst; do
	mangle without $member
	lppack verify --keys key.pub m.lpb > "$out" 2> "$err" && echo "verifies without $member"
	says "$err" '^lppack: error: m\.lpb: '
	silent "$out"
done | ok "a missing member of the payload"
mangle without ed25519
lppack verify --keys key.pub m.lpb > "$out" 2> "$err" && echo "verifies without a signature" | ok "without a signature"

none='b\.lpb: has nothing for the kernel with build ID 12345678'
refused "a kernel that it is not for: verify" NO_KERNEL "$none" 'lppack show --kernels' verify --keys key.pub --kernel 12345678 b.lpb
refused "a kernel that it is not for: extract" NO_KERNEL "$none" 'lppack show --kernels' extract --keys key.pub --kernel 12345678 -o folder b.lpb
refused "no build ID and no file" IO '1234: cannot be opened' '8 to 64 lower-case hex' verify --keys key.pub --kernel 1234 b.lpb
refused "upper-case digits" IO 'ABCDEF12: cannot be opened' 'lower-case' verify --keys key.pub --kernel ABCDEF12 b.lpb
refused "a kernel file that is none" KERNEL_IMAGE 'spec\.yaml: no kind of kernel file' 'vmlinuz' verify --keys key.pub --kernel spec.yaml b.lpb

done_testing
