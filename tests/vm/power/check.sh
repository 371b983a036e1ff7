# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Disks after a cut, one after the other: what a boot does with each, and whether life goes on.
# shellcheck source=tests/vm/power/disk.sh disable=SC1091
. /disk.sh

# How many steps were done before the cut.
acknowledged() {
	local n=0
	while [ -e "/disk/acks/$((n + 1))" ]; do
		n=$((n + 1))
	done
	echo "$n"
}

# One patch and one module at level $2, or none of either.
expect_level() {
	local wanted=
	[ "$2" = 0 ] || wanted=lppack_sample_$2
	expect_eq "$1: patches" "$wanted" "$(patches)"
	expect_eq "$1: modules" "$wanted" "$(livepatch_modules)"
	expect_eq "$1: behaviour" "$2" "$(sample_level)"
}

# Every bundle that is kept is whole, and those of the steps that were done are there.
expect_kept() {
	local file n=0 wanted=0
	for file in /var/lib/lppack/bundles/*.lpb; do
		[ -e "$file" ] || continue
		n=$((n + 1))
		expect_status "$1: $file is whole" 0 lppack verify "$file"
	done
	case $2 in
	0) ;;
	1) wanted=1 ;;
	2 | 3 | 4 | 5) wanted=2 ;;
	*) wanted=3 ;;
	esac
	if [ "$n" -lt "$wanted" ]; then
		not_ok "$1: $n bundles are kept, $wanted were installed"
	else
		ok "$1: no level is lost"
	fi
}

# The boot's own call: the level of the last step that was done, or of the one that was cut.
expect_boot() {
	local before after status=0 level
	before=$(level_after "$2")
	after=$(level_after $(($2 + 1)))
	OUTPUT=$(lppack apply --installed --boot 2>&1) || status=$?
	level=$(sample_level)
	if [ "$level" != "$before" ] && [ "$level" != "$after" ]; then
		not_ok "$1: a boot brings level $level, not $before or $after"
		echo "$OUTPUT" | sed 's/^/#   /'
		return
	fi
	ok "$1: a boot brings a right level"
	case $status:$level in
	0:[1-9] | 68:0) ok "$1: and says so" ;;
	*)
		not_ok "$1: status $status with level $level"
		echo "$OUTPUT" | sed 's/^/#   /'
		;;
	esac
	expect_level "$1: after the boot" "$level"
}

check() {
	local name=$1 done
	done=$(acknowledged)
	expect_status "$name: status" 0 lppack status
	expect_boot "$name" "$done"
	expect_eq "$name: nothing is unfinished" 0 "$(grep -s "^unfinished: true" /var/lib/lppack/journal.yaml | wc -l)"
	expect_status "$name: healthy" 0 lppack confirm
	expect_kept "$name" "$done"
	expect_status "$name: install" 0 lppack install /bundles/level3.lpb
	expect_level "$name: after install" 3
	expect_status "$name: remove" 0 lppack remove
	expect_level "$name: after remove" 0
}

for name in $(cat /disks); do
	device=/dev/$(basename "$(dirname "$(grep -lw "$name" /sys/block/vd*/serial)")")
	if ! attach "$device"; then
		not_ok "$name: cannot be mounted"
		continue
	fi
	check "$name"
	detach
done
finish
