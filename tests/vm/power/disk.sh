# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The machine's lasting state is on a disk: what lppack keeps, and /acks, where a file N says that step N was done.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

# attach DEVICE
attach() {
	mkdir -p /disk /etc/lppack /var/lib/lppack
	mount -t ext4 "$1" /disk || return 1
	mkdir -p /disk/etc /disk/state /disk/acks
	mount -o bind /disk/etc /etc/lppack
	mount -o bind /disk/state /var/lib/lppack
}

detach() {
	umount /etc/lppack
	umount /var/lib/lppack
	umount /disk
}

# level_after STEP: the level that is in force, and that a boot brings back, once so many steps are done.
level_after() {
	case $1 in
	1 | 3) echo 1 ;;
	2 | 4) echo 2 ;;
	6) echo 3 ;;
	*) echo 0 ;;
	esac
}

step() {
	case $1 in
	1) lppack install /bundles/level1.lpb ;;
	2) lppack install /bundles/level2.lpb ;;
	3) lppack rollback ;;
	4) lppack apply --replace /bundles/level2.lpb ;;
	5) lppack remove ;;
	6) lppack install /bundles/level3.lpb ;;
	esac
}
STEPS=6
