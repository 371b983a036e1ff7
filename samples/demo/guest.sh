# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The guest's part of the demo: what each level changes, what the stack is, how long it takes.
# modules: pktgen softdog
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

behaviour() {
	tail -n 1 /proc/cmdline | sed 's/^.* \(lppack_level\)/...\1/; s/^/  cmdline      /'
	sed 's/^Linux version \([^ ]*\).*)/\1 .../; s/^/  version      /' /proc/version
	tail -n 1 /proc/execdomains | sed 's/^/  execdomains  /'
}

# number KEY FILE: of a JSON file, the first one.
number() {
	sed -n "s/.*\"$1\": \\([0-9]*\\).*/\\1/p" "$2" | head -n 1
}

# bare LEVEL PREVIOUS: finit_module and a fine poll, nothing else.
bare() {
	set -- "$1" "$2" "$(bareload /livepatch/lppack_sample_"$1".ko)"
	BARE=$(echo "$3" | sed 's/.*total_ns=\([0-9]*\).*/\1/')
	[ "$2" = 0 ] || bareload --unload lppack_sample_"$2" >/dev/null
	eval "BARE_$1=$BARE"
}

apply() {
	status=0
	lppack apply --replace --json /bundles/level"$1".lpb >/tmp/receipt 2>/tmp/errors || status=$?
	if [ $status -ne 0 ]; then
		cat /tmp/errors
		fail "lppack apply level $1: exit status $status"
	fi
	total=$(number total /tmp/receipt)
	kernel=$(($(number load /tmp/receipt) + $(number transition /tmp/receipt)))
	eval "BARE=\$BARE_$1"
	printf '  time         lppack apply %d ms = kernel (load, transition) %d ms + lppack %d ms;' \
		$((total / 1000000)) $((kernel / 1000000)) $(((total - kernel) / 1000000))
	printf ' bare finit_module and poll %d ms\n' $((BARE / 1000000))
}

mkdir -p /etc/lppack/keys.d
cp /bundles/vendor.pub /etc/lppack/keys.d/
echo "-- stock behaviour"
behaviour
bare 1 0
bare 2 1
bare 3 2
bareload --unload lppack_sample_3 >/dev/null
for level in 1 2 3; do
	echo
	echo "-- level $level: before"
	behaviour
	echo "-- level $level: lppack apply --replace level$level.lpb"
	apply $level
	behaviour
	echo "  stack        $(patches)"
	echo "  modules      $(livepatch_modules)"
	[ "$(patches)" = lppack_sample_$level ] || fail "level $level is not the only livepatch"
	[ "$(livepatch_modules)" = lppack_sample_$level ] || fail "level $level is not the only livepatch module"
	[ "$(sample_level)" = $level ] || fail "level $level is not in force"
done
echo
echo '-- lppack status'
lppack status
modprobe pktgen
echo
echo '-- a pending object is patched as soon as its module is loaded: modprobe pktgen'
echo "  pgctrl       $(cat /proc/net/pktgen/pgctrl)"
