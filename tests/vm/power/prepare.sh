# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The disk of a machine that trusts the vendor and has nothing installed.
# shellcheck source=tests/vm/power/disk.sh disable=SC1091
. /disk.sh

attach /dev/vda || fail 'the disk cannot be mounted'
mkdir -p /etc/lppack/keys.d
cp /bundles/vendor.pub /etc/lppack/keys.d/
detach
finish
