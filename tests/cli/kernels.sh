#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack create: every kind of file that tells a kernel's build ID, and every kind that holds a module.
. "$(dirname "$0")/lib.sh"
use_key
release=6.1.0-1-test
id=d995dc1e24e5bf6f9407ab76941af67bfabd3833
mkmodule --release $release --name livepatch_7 --function foo_ioctl --filler 5000 -o m.ko
for kind in vmlinuz vmlinux notes; do mkmodule --kind $kind --release $release -o $kind; done

# packs NAME MODULE KERNEL: they make a bundle that has the very module for the kernel's build ID.
packs()
{
	local name=$1

	{
		write_spec s.yaml "$(pair "$2" "$3")"
		try OK create s.yaml --key key.key -o o.lpb --force --level 1
		try OK extract --keys key.pub --kernel $id -o . -f o.lpb
		cmp m.ko livepatch_7.ko
	} | ok "$name"
}

packs "a vmlinuz" m.ko vmlinuz
packs "a vmlinux" m.ko vmlinux
packs "a copy of /sys/kernel/notes" m.ko notes
for tool in gzip xz zstd bzip2; do
	command -v $tool > /dev/null || { skip "a vmlinux in $tool" "no $tool"; continue; }
	$tool -c -q vmlinux > "vmlinux.$tool"
	packs "a vmlinux in $tool" m.ko "vmlinux.$tool"
done
{
	write_spec s.yaml 'kernels:' '  - module: m.ko' "    build_id: \"$id\""
	try OK create s.yaml --key key.key -o o.lpb --force
	try OK verify -q --keys key.pub --kernel $id o.lpb
	try OK create --stream web --serial 7 --module m.ko --kernel $id --key key.key -o p.lpb
	try OK verify -q --keys key.pub --kernel vmlinuz p.lpb
} | ok "a literal build ID, in a spec and on the command line"
{
	cp m.ko $id
	try IO verify -q --keys key.pub --kernel $id/none o.lpb
	try KERNEL_IMAGE verify -q --keys key.pub --kernel $id o.lpb
	says "$err" "$id: .*not a kernel"
	rm $id
} | ok "a file of that name goes before a build ID"

# make_deb FILE PATH KERNEL COMPRESSION
make_deb()
{
	rm -rf package
	mkdir -p package/DEBIAN "package/$(dirname "$2")"
	printf '%s\n' 'Package: kernel' 'Version: 1' 'Architecture: all' 'Maintainer: A <a@example.org>' 'Description: none' \
		> package/DEBIAN/control
	cp "$3" "package/$2"
	dpkg-deb -Z"$4" --build package "$1" > /dev/null
}

# The same by hand: what a .deb is to begin with.
make_ar()
{
	rm -rf package
	mkdir -p "package/$(dirname "$2")"
	cp "$3" "package/$2"
	tar cJf data.tar.xz -C package .
	tar cJf control.tar.xz -T /dev/null
	echo 2.0 > debian-binary
	rm -f "$1"
	ar rc "$1" debian-binary control.tar.xz data.tar.xz
}

if command -v dpkg-deb > /dev/null; then
	for compression in xz gzip none; do
		make_deb image.deb boot/vmlinuz-$release vmlinuz $compression
		packs "a kernel package with $compression" m.ko image.deb
	done
	make_deb debug.deb usr/lib/debug/boot/vmlinux-$release vmlinux xz
	packs "a package of debug files" m.ko debug.deb
else
	for what in xz gzip none debug; do skip "a kernel package with $what" "no dpkg-deb"; done
fi
if command -v ar > /dev/null && command -v xz > /dev/null; then
	make_ar image.deb boot/vmlinuz-$release vmlinuz
	packs "a kernel package made by ar" m.ko image.deb
else
	skip "a kernel package made by ar" "no ar or xz"
fi

xz -k m.ko 2> /dev/null && packs "a module in .ko.xz" m.ko.xz vmlinuz
gzip -k m.ko && packs "a module in .ko.gz" m.ko.gz vmlinuz
{ zstd -q -k m.ko 2> /dev/null && packs "a module in .ko.zst" m.ko.zst vmlinuz; } || skip "a module in .ko.zst" "no zstd"

# What the module itself may be.
for builder in source kpatch-build klp-build; do
	mkmodule --release $release --name livepatch_7 --function foo_ioctl --builder $builder -o m.ko
	packs "a module by $builder" m.ko vmlinuz
	[ $builder = source ] || lppack show --kernels --keys key.pub o.lpb | grep -q "built by $builder, replace declared" ||
		echo "not told"
done | grep -v '^ok' | ok "what sets its replace mode in code is only declared"
mkmodule --release $release --name livepatch_7 --function foo_ioctl --signed -o m.ko
packs "a module with a signature of its own" m.ko vmlinuz
lppack show --kernels --keys key.pub o.lpb | { grep -q 'signed for the kernel' || echo "not told"; } | ok "which is told"
for arch in aarch64 s390x ppc64le riscv64 loongarch64; do
	mkmodule --arch $arch --release $release --name livepatch_7 --function foo_ioctl -o m.ko
	mkmodule --arch $arch --kind vmlinux --release $release --build-id $id -o vmlinux.$arch
	packs "a module and a vmlinux for $arch" m.ko vmlinux.$arch
done

done_testing
