#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Absent means absent: what decides and cannot be reached, for whatever reason, never counts as what is not there.
. "$(dirname "$0")/lib.sh"
use_bundle
id=$(lppack trust test --json --keys key.pub b.lpb | sed -n 's/^ *"key": "\([0-9a-f]*\)".*/\1/p' | head -1)
[ -n "$id" ] || id=$(lppack sign --list b.lpb --json | grep -oE '[0-9a-f]{64}' | head -1)
write_spec 6.yaml "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
sed -i 's/^serial: .*/serial: 6/' 6.yaml
lppack create 6.yaml --key key.key -o 6.lpb > /dev/null || exit 99

# The machine m trusts the vendor's key by /usr alone, and its memory has seen serial 7.
use_host model 6.1.0-1-test
mkdir -p model/usr/lib/lppack/keys.d model/etc/lppack/crls.d
mv model/etc/lppack/keys.d/vendor.pub model/usr/lib/lppack/keys.d/
lppack install --root model b.lpb > /dev/null || exit 99
cp -a model holding
lppack hold --root holding --serial 5 > /dev/null 2>&1 || exit 99

machine()
{
	rm -rf m
	cp -a "${1:-model}" m
}

policy()
{
	printf '%s\n' 'format: 1' 'version: 1' 'created: 2026-01-01T00:00:00Z' "$@"
}

# What makes a machine refuse, each in its way: a mask, a threshold of two, a revoked key, an older serial than was seen.
masked() { machine; ln -s /dev/null m/etc/lppack/keys.d/vendor.pub; }
bound() { machine; policy 'threshold: 2' > m/etc/lppack/policy.yaml; }
revoked() { machine; policy "revoked_keys: [$id]" > m/etc/lppack/policy.yaml; }
vendors() { machine; policy "revoked_keys: [$id]" > m/usr/lib/lppack/policy.yaml; }
seen() { machine; }
held() { machine holding; }

# The command that has to be refused on each.
declare -A command=(
	[masked]='verify --root m b.lpb' [bound]='verify --root m b.lpb' [revoked]='verify --root m b.lpb' [vendors]='verify --root m b.lpb'
	[seen]='install --root m 6.lpb' [held]='apply --dry-run --root m b.lpb'
)
for refusal in masked bound revoked vendors seen held; do
	$refusal
	{ lppack ${command[$refusal]} > "$out" 2>&1 && cat "$out"; } | ok "refused: $refusal"
done

# Ways in which a place cannot be reached: it leads to nothing, to itself, is no directory, may not be looked into.
nothing() { mv "$1" "$1.away"; ln -s nowhere "$1"; }
unmounted() { mv "$1" "$1.away"; ln -s /data/not/mounted "$1"; }
circle() { mv "$1" "$1.away"; ln -s "${1##*/}" "$1"; }
unreadable() { chmod 000 "$1"; }
unsearchable() { chmod 444 "$1"; }
other() { mv "$1" "$1.away"; if [ -d "$1.away" ]; then echo > "$1"; else mkdir "$1"; fi; }
fifo() { mv "$1" "$1.away"; mkfifo "$1"; }

# As anybody whom modes hold: root without the capabilities that pass over them.
obeying=()
[ "$(id -u)" != 0 ] || obeying=(setpriv --bounding-set=-dac_override,-dac_read_search)

# goes_through NAME ARGUMENT...: says so if that is not refused, at once or the next time.
goes_through()
{
	local name=$1 time

	shift
	for time in first second; do
		timeout 20 "${obeying[@]}" "${program[@]}" "$@" > "$out" 2> "$err" < /dev/null
		case $? in
		0) echo "$name: it goes through the $time time"; cat "$out" "$err" ;;
		124) echo "$name: it hangs" ;;
		esac
		says "$err" '^lppack: error: '
	done
}

# place REFUSAL PLACE...: no way of not reaching a place makes what was refused go through.
place()
{
	local refusal=$1 place way

	shift
	for place; do
		for way in nothing unmounted circle unreadable unsearchable other fifo; do
			$refusal
			$way "m/$place"
			goes_through "$way" ${command[$refusal]}
			chmod -R u+rwx m 2> /dev/null
		done | ok "$refusal: $place cannot be reached"
	done
}

place masked etc etc/lppack etc/lppack/keys.d
place bound etc etc/lppack etc/lppack/policy.yaml
place revoked etc/lppack etc/lppack/policy.yaml etc/lppack/crls.d
place vendors usr usr/lib usr/lib/lppack usr/lib/lppack/policy.yaml
place seen var var/lib var/lib/lppack var/lib/lppack/freshness.yaml
place held var var/lib var/lib/lppack var/lib/lppack/holds.yaml var/lib/lppack/state.yaml

# The marks remember that there was a memory; one place of two that cannot be looked at must not hide that.
for lost in etc/lppack/kept var/lib/lppack/.kept; do
	for way in nothing circle unreadable unsearchable other; do
		machine
		rm m/var/lib/lppack/freshness.yaml
		rm -r "m/$(tr ' ' '\n' <<< 'etc/lppack/kept var/lib/lppack/.kept' | grep -vxF "$lost")"
		$way "m/$lost"
		goes_through "$way" install --root m 6.lpb
		[ ! -e m/var/lib/lppack/freshness.yaml ] || echo "$way: a memory is begun anew"
		chmod -R u+rwx m
	done | ok "marks that cannot be looked at: $lost"
done

# What is signed, and may not be seen to be.
policy > next.yaml
machine
for way in nothing circle unreadable other; do
	rm -rf next.yaml.sigs*
	mkdir next.yaml.sigs
	$way next.yaml.sigs
	"${obeying[@]}" "${program[@]}" trust update --root m next.yaml > "$out" 2> "$err"
	says "$err" '^lppack: error: next\.yaml\.sigs: cannot be opened'
done | ok "signatures of a policy that cannot be reached"

# Whatever a system call answers, as an old sandbox does of calls that it does not know.
if ! command -v strace > /dev/null || ! strace -o /dev/null true 2> /dev/null; then
	skip "system calls that fail" "there is no strace, or it may not trace here"
	done_testing
	exit
fi
calls=(openat openat2 access faccessat faccessat2 newfstatat fstat statx readlink readlinkat getdents64 read lseek)
errors=(ENOSYS EPERM)
[ -z "${LPPACK_TESTS_FULL:-}" ] || errors+=(EIO)
for refusal in masked bound revoked seen; do
	$refusal
	cp -a m kept
	for call in "${calls[@]}"; do
		ASAN_OPTIONS=detect_leaks=0 strace -qq -f -e signal=none -o trace -e "trace=$call" "${program[@]}" ${command[$refusal]} > /dev/null 2>&1
		[ -s trace ] || continue
		total=$(grep -c "$call" trace)
		for error in "${errors[@]}"; do
			# What an old sandbox says, it says always.
			for at in 1+ $([ -z "${LPPACK_TESTS_FULL:-}" ] || [ "$error" = ENOSYS ] || seq 1 "$total"); do
				ASAN_OPTIONS=detect_leaks=0 timeout 20 strace -qq -f -e signal=none -o /dev/null -e "trace=$call" \
					-e "inject=$call:error=$error:when=$at" "${program[@]}" ${command[$refusal]} > "$out" 2> "$err" < /dev/null &&
					{ echo "$call $error at $at of $total: it went through"; head -3 "$out"; }
				[ $refusal != seen ] || { rm -rf m; cp -a kept m; }
			done
		done
	done | ok "$refusal: no system call that fails lets it through"
done

done_testing
