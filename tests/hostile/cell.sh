#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Damaged modules, kernels, packages, symbols and bundles in the cell, whose filter ends it for any other system call; and
# the calls that it made.
. "$(dirname "$0")/../cli/lib.sh"
use_key
release=6.1.0-1-test
confine=$top_srcdir/src/cell/confine.c

command -v python3 > /dev/null || skip_all "there is no python3"
# A signature and what follows keep the modules' own reading of CMS apart: it stands outside the cell.
mkmodule --release $release --extras -o whole.ko
mkmodule --release $release --kind image --vermagic "$release SMP preempt mod_unload modversions " -o image
mkmodule --release $release --kind vmlinuz -o vmlinuz
mkmodule --release $release --kind notes -o notes
gzip -c whole.ko > whole.ko.gz
xz -c whole.ko > whole.ko.xz
printf 'ffffffff81000000 T _text\nffffffff81000010 T cmdline_proc_show\nffffffff81000020 t a\n' > System.map
printf '0x12345678\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n' > Module.symvers
printf 'CONFIG_LIVEPATCH=y\n# CONFIG_X is not set\nCONFIG_T="a"\n' > config
mkdir -p package/boot
cp vmlinuz "package/boot/vmlinuz-$release"
# A name that no table of ASCII has, in a header that says so.
: > "package/boot/$(printf 'na\303\257ve')"
tar --format=pax -C package -cf data.tar .
echo 2.0 > debian-binary
printf '!<arch>\n' > linux.deb
for member in debian-binary data.tar; do
	printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' $member 0 0 0 100644 "$(stat -c %s $member)" >> linux.deb
	cat $member >> linux.deb
	[ $(($(stat -c %s $member) % 2)) = 0 ] || echo >> linux.deb
done
lppack create -q --stream s --serial 1 --key key.key -o whole.lpb --module whole.ko --kernel 0123456789abcdef 2> /dev/null ||
	lppack create --stream s --serial 1 --key key.key -o whole.lpb --module whole.ko --kernel 0123456789abcdef > /dev/null

inputs=0
# mangled FILE COUNT: damaged copies, FILE.bad000 and so on.
mangled()
{
	python3 "$top_srcdir/tests/hostile/mangle.py" "$1" "$1.bad" "$2" 1
	inputs=$((inputs + $2))
}

# judged COMMAND...: that it ends as a file deserves: no bug, no signal, and no cell that was ended.
judged()
{
	local got

	timeout 120 "${program[@]}" "$@" > "$out" 2> "$err" < /dev/null
	got=$?
	if [ $got -ge 128 ] || [ $got = 124 ] || [ $got = "${status[INTERNAL]}" ] || grep -q 'the process that read it' "$err"; then
		echo "lppack $*: exit status $got"
		cat "$err"
	fi
}

for file in whole.ko whole.ko.gz whole.ko.xz image vmlinuz notes linux.deb System.map Module.symvers config whole.lpb; do
	mangled $file 24
done

for file in whole.ko whole.ko.gz whole.ko.xz; do
	judged inspect --json $file.bad* | ok "inspect: damaged $file"
done
for file in whole.ko.bad*; do
	judged check --vmlinuz image --symvers Module.symvers $file
done | ok "check: damaged modules"
for file in image.bad* vmlinuz.bad* notes.bad* linux.deb.bad*; do
	judged check --vmlinuz $file whole.ko
done | ok "check: damaged kernels and packages"
for kind in system-map:System.map symvers:Module.symvers config:config btf:image; do
	for file in "${kind#*:}".bad*; do
		judged check --vmlinuz notes --"${kind%:*}" $file whole.ko
	done
done | ok "check: damaged symbols, exports, configurations and BTF"
for file in whole.lpb.bad*; do
	judged show --kernels $file
done | ok "show: damaged bundles"
for file in whole.ko.bad* whole.ko.gz.bad*; do
	judged create -f --stream s --serial 1 --key key.key -o made.lpb --module $file --kernel 0123456789abcdef
done | ok "create: damaged modules"
{ [ $inputs -ge 200 ] || echo "$inputs inputs"; } | ok "$inputs damaged files"

# What a filter ended would have a name that the list lacks; here is what is really called.
if ! strace -o "$scratch/probe" true 2> /dev/null; then
	skip "the system calls" "strace does not work here"
elif ! lppack inspect -v whole.ko 2>&1 | grep -q seccomp; then
	skip "the system calls" "there is no seccomp"
else
	i=0
	for arguments in "inspect whole.ko whole.ko.gz whole.ko.xz" "check --vmlinuz linux.deb whole.ko" "show whole.lpb" \
		"check --vmlinuz image --symvers Module.symvers --system-map System.map whole.ko.xz"; do
		i=$((i + 1))
		# shellcheck disable=SC2086
		strace -f -o "$scratch/trace$i" "${program[@]}" $arguments > /dev/null 2>&1
	done
	# After the filter stands, by the process that it stands for.
	cat "$scratch"/trace? | awk '$2 ~ /^seccomp\(SECCOMP_SET_MODE_FILTER/ && /\) *= 0$/ { in_cell[$1] = 1; next }
		in_cell[$1] && match($2, /^[a-z0-9_]+\(/) { print substr($2, 1, RLENGTH - 1) }
		$2 == "+++" { delete in_cell[$1] }' | sort -u > "$scratch/made"
	grep -oE 'SCMP_SYS\([a-z0-9_]+\)' "$confine" | sed 's/.*(\(.*\))/\1/' | sort -u > "$scratch/listed"
	{ grep -qx recvmsg "$scratch/made" || echo "no call was seen"; comm -23 "$scratch/made" "$scratch/listed"; } |
		ok "the system calls of the cell: $(paste -sd ' ' "$scratch/made")"
fi
done_testing
