# shellcheck shell=dash disable=SC2034 # scenarios use the variables
# SPDX-License-Identifier: LGPL-2.1-or-later
# For the scenarios of the kernel's own test modules: . /selftests.sh
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

# The modules of the kernel, unchanged; those in bundles are in replace mode.
MODULES=/selftests
B=/bundles
# What module.h calls these states; the callbacks tell them.
COMING='[MODULE_STATE_COMING] Full formed, running module_init'
GOING='[MODULE_STATE_GOING] Going away'

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/

# foreign NAME: loads test_klp_NAME as somebody else would.
foreign() {
	insmod "$MODULES/test_klp_$1.ko" || fail "test_klp_$1 is not loaded"
	wait_for 10 settled "test_klp_$1" || fail "test_klp_$1 is not in force"
}

# in_force NAME PATCH: this patch and this module, and no other.
in_force() {
	expect_eq "$1: one patch" "$2" "$(patches)"
	expect_eq "$1: one module" "$2" "$(livepatch_modules)"
}

# listen: said and expect_said are about what comes from here on.
listen() {
	LISTENS=$((${LISTENS:-0} + 1))
	echo "selftests: listen $LISTENS" >/dev/kmsg
}

# said: what livepatch and the modules say; the lines that the kernel's functions.sh picks out
# (tools/testing/selftests/livepatch).
said() {
	dmesg | sed "1,/selftests: listen $LISTENS\$/d; s/^\[[ 0-9.]*\] //" | grep -e '^livepatch: ' -e '^test_klp_' |
		grep -v 'taint[a-z]* kernel'
}

# expect_said NAME <<END: exactly these lines, in this order.
expect_said() {
	expect_eq "$1" "$(cat)" "$(said)"
}

# object_state OBJECT: what lppack status --json tells of it.
object_state() {
	lppack status --json | tr -d ' ,' | awk -v name="\"name\":\"$1\"" '
		$0 == name { found = 1 }
		found && /"patched":true/ { print "patched"; exit }
		found && /"pending":true/ { print "pending"; exit }
		found && /"functions":/ { print "neither"; exit }'
}
