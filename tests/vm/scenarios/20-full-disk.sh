# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A full disk: a message, an exit status of its own, nothing half-written, nothing lost.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles
KERNEL=0123456789abcdef0123456789abcdef01234567

# small SIZE: an empty file system of that size on /tmp/small.
small() {
	umount /tmp/small 2>/dev/null
	mkdir -p /tmp/small
	mount -t tmpfs -o size="$1" none /tmp/small
}

create() {
	lppack create --stream full --serial 1 --module /livepatch/lppack_sample_1.ko --kernel $KERNEL \
		--key $B/vendor.key -o /tmp/small/out.lpb "$@"
}

# Too small for the frame, for the head, for the end: wherever it ends, nothing is left.
for size in 4k 8k 16k 20k; do
	small $size
	expect_status "create on $size" 6 create
	expect_match 'names the file' '*/tmp/small*' "$OUTPUT"
	expect_eq 'leaves nothing' '' "$(ls -A /tmp/small)"
done
small 1m
expect_status 'create where it fits' 0 create
cp /tmp/small/out.lpb /tmp/before.lpb
head -c 2000000 /dev/zero >/tmp/small/filler 2>/dev/null
expect_status 'replacing it on a full disk' 6 create --force --bundle-version other
expect_status 'keeps the old one' 0 cmp /tmp/small/out.lpb /tmp/before.lpb
expect_eq 'and no other file' '/tmp/small/filler /tmp/small/out.lpb' "$(echo /tmp/small/*)"

small 4k
mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'extract on a full disk' 6 lppack extract $B/level1.lpb --kernel "$(lppack status --json |
	sed -n 's/.*"build_id": "\(.*\)".*/\1/p' | head -n 1)" -o /tmp/small
expect_eq 'leaves nothing' '' "$(ls -A /tmp/small)"
head -c 100000 /dev/zero >/tmp/small/filler 2>/dev/null
expect_status 'keygen on a full disk' 6 lppack keygen -o /tmp/small/key
expect_eq 'leaves nothing' filler "$(ls -A /tmp/small)"

# What cannot be journalled is not begun.
mkdir -p /var/lib/lppack
mount -t tmpfs -o size=4k,mode=755 none /var/lib/lppack
head -c 100000 /dev/zero >/var/lib/lppack/filler 2>/dev/null
expect_status 'apply without room for its journal' 6 lppack apply $B/level1.lpb
expect_eq 'nothing was loaded' '' "$(livepatch_modules)"
umount /var/lib/lppack
expect_status 'with room again' 0 lppack apply $B/level1.lpb
expect_match 'it is recorded' '*serial: 1*' "$(cat /var/lib/lppack/state.yaml)"
finish
