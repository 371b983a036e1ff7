# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# apply-guest.sh ROUNDS: one line a round: bare, whole lppack process, the kernel's part of it, lppack's own, in ms.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

number() {
	sed -n "s/.*\"$1\": \\([0-9]*\\).*/\\1/p" /tmp/receipt | head -n 1
}

mkdir -p /etc/lppack/keys.d
cp /bundles/vendor.pub /etc/lppack/keys.d/
# Both go round the three levels, by turns, so that neither finds its module loaded.
step=0
while [ $step -lt $((2 * $1)) ]; do
	level=$((step % 3 + 1))
	next=$(((step + 1) % 3 + 1))
	bare=$(bareload /livepatch/lppack_sample_$level.ko | sed 's/.*total_ns=\([0-9]*\).*/\1/')
	for old in $(livepatch_modules); do
		[ "$old" = lppack_sample_$level ] || bareload --unload "$old" >/dev/null
	done
	before=$(now_ms)
	lppack apply --replace --take-over --allow-downgrade --json \
		/bundles/level$next.lpb >/tmp/receipt 2>/tmp/errors || fail "apply level $next"
	after=$(now_ms)
	kernel=$(($(number load) + $(number transition)))
	echo "round $((bare / 1000000)) $((after - before)) $((kernel / 1000000)) $((after - before - kernel / 1000000))"
	[ "$(patches)" = lppack_sample_$next ] || fail "level $next is not the only livepatch"
	step=$((step + 2))
done
