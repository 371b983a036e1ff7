#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a chroot: without /proc and /sys, as where an image is made, and with what makes a container or a bare user of it.
. "$(dirname "$0")/lib.sh"
unshare -rm true 2> /dev/null || skip_all "no user namespace can be made"
use_bundle
mkdir -p m/{opt,proc/self}
cp b.lpb key.pub m/
cp "${program[-1]}" m/opt/lppack
cp "$top_builddir"/.libs/liblppack.so* m/opt/ 2> /dev/null
# A sanitizer looks for leaks with the help of /proc, and for its options there.
printf 'ASAN_OPTIONS=detect_leaks=0\0' > m/proc/self/environ

cat > enter << 'EOT'
#!/bin/bash
export ASAN_OPTIONS=detect_leaks=0 LD_LIBRARY_PATH=/opt
for dir in usr bin lib lib32 lib64; do
	[ ! -h /$dir ] || cp -P /$dir m/
	[ -h /$dir ] || [ ! -d /$dir ] || { mkdir -p m/$dir && mount --rbind /$dir m/$dir; } || exit 99
done
[ ! -e with-proc ] || mount --rbind /proc m/proc || exit 99
exec chroot m /opt/lppack "$@"
EOT
chmod +x enter
program=(unshare -rm ./enter)

# without NAME STATUS MESSAGE HINT: what every verb says that needs a kernel with livepatches.
without()
{
	local verb

	for verb in "apply b.lpb --keys key.pub" "apply -n b.lpb --keys key.pub" remove "remove -n"; do
		# shellcheck disable=SC2086
		try "$2" $verb
		says "$err" "^lppack: error: .*$3"
		says "$err" "^lppack: hint: .*$4"
		silent "$out"
	done | ok "$1"
	{
		try OK status
		says "$out" '^[A-Z]+: UNSUPPORTED: '
		says "$err" "^lppack: warning: .*$3"
		says "$err" "^lppack: hint: .*$4"
		try UNSUPPORTED status --check
		says "$out" "^UNSUPPORTED: .*$3"
		try OK status --metrics
		says "$out" '^lppack_supported 0$'
	} | ok "$1: status"
}

{
	try OK install --no-apply b.lpb --keys key.pub
	says "$out" '^b\.lpb: installed$'
	says "$out" '^not applied +--no-apply was given$'
	cmp b.lpb m/var/lib/lppack/bundles/*.lpb
	try OK hold --freeze
	try OK unhold
	try OK history
} | ok "a bundle is installed where there is neither /proc nor /sys"
without "a chroot" NO_LIVEPATCH 'sysfs is not mounted' 'mount -t sysfs'
mkdir -p m/sys/kernel
without "a kernel that cannot" NO_LIVEPATCH 'built without CONFIG_LIVEPATCH' 'CONFIG_LIVEPATCH=y'
mkdir -p m/run
touch m/run/.containerenv
without "a container" NO_LIVEPATCH 'this is a container' 'on the host'
{
	try NO_LIVEPATCH install b.lpb --keys key.pub
	says "$err" '^lppack: error: .*this is a container'
	says "$out" '^b\.lpb: was installed already'
} | ok "install keeps the bundle all the same"

# The kernel could, and root of this user namespace may not.
use_patch m livepatch_6
touch with-proc
{
	try PRIVILEGE remove --take-over
	says "$err" '^lppack: error: this process is in a user namespace'
	says "$err" '^lppack: hint: run this as root, on the host$'
	[ "$(< m/sys/kernel/livepatch/livepatch_6/enabled)" = 1 ] || echo "it was disabled"
} | ok "a user who may not"

done_testing
