#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What changes from one level to the next: lppack diff, and --supersedes of verify and create.
. "$(dirname "$0")/lib.sh"
use_key
export SOURCE_DATE_EPOCH=1790000000

# module SERIAL KERNEL ARGUMENT...
module()
{
	local serial=$1 kernel=$2

	shift 2
	mkmodule --name "livepatch_$serial" --release "6.1.0-$kernel-test" "$@" -o "m$serial-$kernel.ko"
}

kernel_id()
{
	printf '%08x%032x' "$1" "$1"
}

# bundle SERIAL FIRST LAST LINE...: b-SERIAL.lpb of the modules of these kernels.
bundle()
{
	local serial=$1 first=$2 last=$3

	shift 3
	{
		printf '%s\n' 'stream: web' "serial: $serial" "$@" 'kernels:'
		for ((i = first; i <= last; i++)); do
			printf '  - module: m%s-%s.ko\n    build_id: "%s"\n' "$serial" "$i" "$(kernel_id "$i")"
		done
	} > "$serial.yaml"
	lppack create "$serial.yaml" --key key.key --level 1 -o "b-$serial.lpb" > /dev/null || exit 99
}

withdrawn()
{
	printf '%s\n' "  - kind: $1" "    id: \"$2\"" "    reason: $3"
}

# From 6 to 7 everything happens that can; from 7 to 8 nothing is lost; from 8 to 9 only what is withdrawn.
for i in {1..20}; do
	module 6 "$i" --object vmlinux --function foo --function dup,2 --object ext4 --function gone --state 5:2
done
for i in {1..21}; do
	changes=(--object vmlinux --function foo --function bar)
	((i < 4)) || changes+=(--function "dup,2")
	((i != 7)) || changes+=(--callback post_patch)
	if ((i < 6)); then changes+=(--state 5:3); else changes+=(--state 5:2); fi
	module 7 "$i" "${changes[@]}"
	module 8 "$i" "${changes[@]}" --object nfsd --function nfsd_open
	module 9 "$i" "${changes[@]/bar/baz}" --object nfsd --function nfsd_open
done
bundle 6 1 20 'fixes:' '  - id: CVE-2026-0001' '  - id: CVE-2026-0002'
bundle 7 2 21 'fixes:' '  - id: CVE-2026-0001' '  - id: CVE-2026-0003' \
	'withdrawn:' "$(withdrawn fix CVE-2026-0002 'it made suspending fail')" "$(withdrawn function ext4:gone 'not needed')"
bundle 8 2 21 'rollback_floor: 8' 'fixes:' '  - id: CVE-2026-0001' '  - id: CVE-2026-0003'
bundle 9 2 20 'fixes:' '  - id: CVE-2026-0001' '  - id: CVE-2026-0003' 'withdrawn:' \
	"$(withdrawn function vmlinux:bar 'it was slow')" "$(withdrawn kernel "$(kernel_id 21)" 'no longer supported')"

# shown NAME STATUS ARGUMENT...: prints what is on standard input.
shown()
{
	local name=$1 wanted=$2

	shift 2
	cat > "$scratch/io/wanted"
	try "$wanted" "$@" | ok "$name: exit status"
	sed -E 's/[0-9.]+ (B|[KM]iB)/SIZE/g' "$out" > "$scratch/io/got"
	same "$name" "$scratch/io/wanted" "$scratch/io/got"
}

shown "a level that loses" OK diff --keys key.pub b-6.lpb b-7.lpb << 'EOF'
b-7.lpb: DOES NOT SUPERSEDE b-6.lpb
  old          web, serial 6; 20 kernels, SIZE (modules: SIZE)
  new          web, serial 7; 20 kernels, SIZE (modules: SIZE)
  going back   safe for 14 of 19 kernels
               not safe for 1 of 19 kernels: callbacks of the newer module do not run when it is replaced (6.1.0-7-test)
               not safe for 4 of 19 kernels: state 5 version 3 is not supported by the older module (6.1.0-2-test, 6.1.0-3-test, 6.1.0-4-test and 1 more)

Lost:
! 1 kernel: 6.1.0-1-test (0000000100000000000000000000000000000001)
  fix CVE-2026-0002
    withdrawn  it made suspending fail
  object ext4  for all 19 kernels
    withdrawn  not needed
! function vmlinux:dup,2  for 2 of 19 kernels: 6.1.0-2-test, 6.1.0-3-test
  function ext4:gone  for all 19 kernels
    withdrawn  not needed

Raised:
  state 5  for 4 of 19 kernels: 6.1.0-2-test, 6.1.0-3-test, 6.1.0-4-test and 1 more

Gained:
  1 kernel: 6.1.0-21-test
  fix CVE-2026-0003
  function vmlinux:bar  for all 19 kernels

! breaks cumulativity; what is lost on purpose, lppack-spec(5) names under 'withdrawn'.
EOF
silent "$err" | ok "nothing on standard error"
cp "$out" plain
{ try NOT_CUMULATIVE diff --strict --keys key.pub b-6.lpb b-7.lpb; cmp plain "$out"; says "$err" 'error: b-7\.lpb: does not supersede b-6\.lpb$'; } |
	ok "--strict prints the same and fails"

shown "a level that loses nothing" OK diff --strict --keys key.pub b-7.lpb b-8.lpb << 'EOF'
b-8.lpb: supersedes b-7.lpb
  old          web, serial 7; 20 kernels, SIZE (modules: SIZE)
  new          web, serial 8; 20 kernels, SIZE (modules: SIZE)
  going back   not safe for 20 of 20 kernels: the bundle's rollback floor is serial 8 (6.1.0-2-test, 6.1.0-3-test, 6.1.0-4-test and 17 more)

Gained:
  object nfsd  for all 20 kernels
  function nfsd:nfsd_open  for all 20 kernels
EOF

shown "a level that loses what it says" OK diff --strict --keys key.pub b-8.lpb b-9.lpb << 'EOF'
b-9.lpb: supersedes b-8.lpb
  old          web, serial 8; 20 kernels, SIZE (modules: SIZE)
  new          web, serial 9; 19 kernels, SIZE (modules: SIZE)
  going back   safe for all 19 kernels

Lost:
  1 kernel: 6.1.0-21-test
    withdrawn  no longer supported
  function vmlinux:bar  for all 19 kernels
    withdrawn  it was slow

Gained:
  function vmlinux:baz  for all 19 kernels
EOF

shown "a level and itself" OK diff --keys key.pub b-9.lpb b-9.lpb << 'EOF'
b-9.lpb: DOES NOT SUPERSEDE b-9.lpb
  old          web, serial 9; 19 kernels, SIZE (modules: SIZE)
  new          web, serial 9; 19 kernels, SIZE (modules: SIZE)
  going back   safe for all 19 kernels

Does not follow:
! serial 9 -> 9

! breaks cumulativity; what is lost on purpose, lppack-spec(5) names under 'withdrawn'.
EOF

shown "two modules" NOT_CUMULATIVE diff --strict m6-7.ko m7-7.ko << 'EOF'
m7-7.ko: DOES NOT SUPERSEDE m6-7.ko
  old          livepatch_6 for 6.1.0-7-test (x86_64), replace proved, SIZE
  new          livepatch_7 for 6.1.0-7-test (x86_64), replace proved, SIZE
  going back   not safe: callbacks of the newer module do not run when it is replaced

Lost:
! object ext4
! function ext4:gone

Gained:
  function vmlinux:bar

! breaks cumulativity; what is lost on purpose, lppack-spec(5) names under 'withdrawn'.
EOF
xz -k m8-7.ko
shown "two modules, one compressed" OK diff --strict m7-7.ko m8-7.ko.xz << 'EOF'
m8-7.ko.xz: supersedes m7-7.ko
  old          livepatch_7 for 6.1.0-7-test (x86_64), replace proved, SIZE
  new          livepatch_8 for 6.1.0-7-test (x86_64), replace proved, SIZE
  going back   safe

Gained:
  object nfsd
  function nfsd:nfsd_open
EOF
shown "a module and itself" OK diff --strict m7-7.ko m7-7.ko << 'EOF'
m7-7.ko: supersedes m7-7.ko
  old          livepatch_7 for 6.1.0-7-test (x86_64), replace proved, SIZE
  new          livepatch_7 for 6.1.0-7-test (x86_64), replace proved, SIZE
  going back   safe

Nothing was gained or lost.
EOF

refused "a bundle and a module" USAGE 'diff: b-6\.lpb is a bundle, but m7-7\.ko is not' 'two bundles, or two livepatch modules' \
	diff --keys key.pub b-6.lpb m7-7.ko
refused "a module and a bundle" USAGE 'diff: b-6\.lpb is a bundle, but m7-7\.ko is not' 'two bundles' diff m7-7.ko b-6.lpb
refused "neither" MODULE '6\.yaml: ' 'two bundles, or two livepatch modules' diff 6.yaml 7.yaml
mkmodule --not-livepatch -o plain.ko
refused "a module that is no livepatch" NOT_LIVEPATCH 'plain\.ko: not a livepatch' 'two bundles' diff m7-7.ko plain.ko
head -c 3000 b-7.lpb > cut.lpb
refused "a bundle that is cut off" TRUNCATED 'cut\.lpb: ' 'fetch' diff --keys key.pub b-6.lpb cut.lpb
lppack keygen -o other > /dev/null
refused "a bundle by another's key" UNTRUSTED 'b-6\.lpb: the signature is not by a trusted key' 'if you trust' \
	diff --keys other.pub b-6.lpb b-7.lpb
refused "no keys" NO_KEYS '' '' diff --root . b-6.lpb b-7.lpb

works "verify --supersedes" verify --keys key.pub --supersedes b-8.lpb b-9.lpb
says "$out" '^  supersedes +b-8\.lpb$' | ok "says so"
says "$out" '^  going back +safe for all 19 kernels$' | ok "says that going back is safe"
works "verify --supersedes, of one kernel" verify --keys key.pub --supersedes b-7.lpb --kernel "$(kernel_id 3)" b-8.lpb
says "$out" "^  going back +not safe for 20 of 20 kernels: the bundle's rollback floor" | ok "says that going back is not safe"
refused "verify --supersedes: a loss" NOT_CUMULATIVE \
	'b-7\.lpb: does not supersede b-6\.lpb: kernel 6\.1\.0-1-test \(0{7}10{31}1\) is lost, and 2 more$' "'withdrawn'" \
	verify --keys key.pub --supersedes b-6.lpb b-7.lpb
refused "verify --supersedes: an older serial" NOT_CUMULATIVE 'b-7\.lpb: does not supersede b-8\.lpb: serial 8 -> 7 is lower' \
	'higher serial' verify --keys key.pub --supersedes b-8.lpb b-7.lpb
refused "verify --supersedes: a module" NOT_BUNDLE 'm7-7\.ko: ' '' verify --keys key.pub --supersedes m7-7.ko b-7.lpb

create=(create --key key.key --level 1 -o new.lpb)
refused "create --supersedes: a loss" NOT_CUMULATIVE 'new\.lpb: does not supersede b-6\.lpb: kernel 6\.1\.0-1-test' "'withdrawn'" \
	"${create[@]}" 7.yaml --supersedes b-6.lpb --keys key.pub
refused "create --supersedes: untrusted" UNTRUSTED 'b-7\.lpb: ' 'if you trust' "${create[@]}" 8.yaml --supersedes b-7.lpb --keys other.pub
works "create --supersedes" "${create[@]}" 8.yaml --supersedes b-7.lpb --keys key.pub
says "$out" '^  supersedes +b-7\.lpb$' | ok "says so"
cmp b-8.lpb new.lpb | ok "and makes the same bytes"

if command -v python3 > /dev/null; then
	{
		try OK diff --json --keys key.pub b-6.lpb b-7.lpb
		json "['cumulative']" False
		json "['old']['kernels'], d['new']['serial']" '20, 7'
		json "['old']['size'] > 0 and d['new']['modules_size'] > 0" True
		json "['changes'][0]" "{'kind': 'serial', 'id': '6 -> 7', 'change': 'raised', 'violation': False}"
		json "['changes'][1]['withdrawn']" "'it made suspending fail'"
		json "['rollback'][0]" "{'kernel': '6.1.0-2-test', 'build_id': '$(kernel_id 2)', 'verdict': 'one-way', 'why': 'state 5 version 3 is not supported by the older module'}"
		json "['rollback'][-1]['verdict']" "'reversible'"
	} | ok "diff --json"
	{
		try OK verify --json --keys key.pub --supersedes b-8.lpb b-9.lpb
		json "['files'][0]['supersedes']['serial']" 8
		json "['files'][0]['rollback'].__len__()" 19
	} | ok "verify --supersedes --json"
	{
		try NOT_CUMULATIVE verify --json --keys key.pub --supersedes b-6.lpb b-7.lpb
		json "['files'][0]['verified'], d['files'][0]['error']['name']" "False, 'NOT_CUMULATIVE'"
	} | ok "verify --supersedes --json: a loss"
else
	for what in diff verify "verify: a loss"; do skip "--json: $what" "no python3"; done
fi

done_testing
