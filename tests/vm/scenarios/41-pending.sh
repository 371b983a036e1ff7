# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A module that is loaded, unloaded and loaded again while its livepatch is in force: pending, patched, pending.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

# state: of the object lptest_target.
state() {
	lppack status | sed -n 's/.*lptest_target, [0-9]* functions\{0,1\}, //p'
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'before the module is there' 0 lppack install $B/test-stall.lpb
# Only newer kernels tell of objects.
if [ ! -e $LIVEPATCH/lptest_stall/lptest_target/patched ] && [ ! -e $LIVEPATCH/lptest_stall/vmlinux/patched ]; then
	ok 'this kernel does not tell which objects are patched'
	finish
fi
expect_eq 'it is pending' 'pending until the module is loaded' "$(state)"
expect_status 'all the same' 0 lppack status --check
insmod /livepatch/lptest_target.ko
expect_eq 'it is patched' 'patched' "$(state)"
rmmod lptest_target
expect_eq 'it is pending again' 'pending until the module is loaded' "$(state)"
insmod /livepatch/lptest_target.ko
expect_eq 'and patched again' 'patched' "$(state)"
expect_status 'the memory of it' 0 lppack status --metrics
expect_match 'is told' '*lppack_module_memory_bytes [1-9]*' "$OUTPUT"
finish
