#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack create: modules that no bundle may carry, and kernels that they do not belong to.
. "$(dirname "$0")/lib.sh"
use_key
mkmodule --kind vmlinuz --release 6.1.0-1-test -o vmlinuz
mkmodule --kind vmlinuz --release 6.1.0-2-test -o other-vmlinuz
mkmodule --release 6.1.0-1-test --name livepatch_7 --function f -o good.ko
create=(create --stream web --serial 7 --key key.key -o new.lpb)

# module NAME STATUS MESSAGE HINT OPTION...: such a module is refused; what differs from the good one is in the options.
module()
{
	mkmodule --release 6.1.0-1-test --name livepatch_7 --function f "${@:5}" -o m.ko
	refused "$1" "$2" "$3" "$4" "${create[@]}" --module m.ko --kernel vmlinuz
}

module "no livepatch" NOT_LIVEPATCH 'm\.ko: not a livepatch' 'built as a livepatch' --not-livepatch
module "not in replace mode" NOT_REPLACE 'm\.ko: not in replace mode' '\.replace = true' --no-replace
module "no modinfo" MODULE 'm\.ko: has no \.modinfo' 'as its build made it' --no-modinfo
module "another architecture than the kernel's" ARCH 'm\.ko: for aarch64, but vmlinuz is a kernel for x86_64' 'pair the module' --arch aarch64
module "another release than the kernel's" VERMAGIC 'm\.ko: its vermagic is for kernel 6\.1\.0-9-test, but vmlinuz is kernel 6\.1\.0-1-test' \
	'pair the module' --release 6.1.0-9-test
module "the same release without SMP" VERMAGIC "m\\.ko: its vermagic '6\\.1\\.0-1-test preempt' and vmlinuz, .* do not agree about SMP" \
	'pair the module' --vermagic '6.1.0-1-test preempt'
long=$(printf 'x%.0s' {1..55})
module "a name of 56 letters" MODULE_NAME "m\\.ko: the module name '${long}x' is not up to 55" 'rename it' --name "${long}x"
mkmodule --release 6.1.0-1-test --name "$long" --function f -o m.ko
works "a name of 55 letters is taken" "${create[@]}" --module m.ko --kernel vmlinuz
rm new.lpb
for name in 'a b' '../a' 'a-b' 'a.b' ''; do
	module "the name '$name'" "$([ -n "$name" ] && echo MODULE_NAME || echo MODULE)" 'm\.ko: ' 'rename it|build' --name "$name"
done

# file NAME STATUS MESSAGE HINT: bad is refused as a module.
file()
{
	refused "$1" "$2" "$3" "$4" "${create[@]}" --module bad --kernel vmlinuz
}

again='as its build made it'
: > bad
file "an empty file" MODULE 'bad: not an ELF file' "$again"
echo 'no module' > bad
file "a text" MODULE 'bad: not an ELF file' "$again"
for n in 40 64 200 1000; do
	head -c $n good.ko > bad
	file "a module cut off at byte $n" MODULE 'bad: ' "$again"
done
cp /bin/true bad
file "a program" MODULE 'bad: not a relocatable ELF file' "$again"
rm bad
mkdir bad
file "a directory" IO 'bad: not a regular file' 'regular file'
rmdir bad
file "a file that does not exist" IO 'bad: no such file' 'check the path'
gzip -c good.ko | head -c 100 > bad
file "a compressed module that is cut off" IO 'bad: cannot be decompressed' 'fetch it again'
rm bad
truncate -s 65M bad
file "a module of 65 MiB" LIMIT 'bad: larger than the limit of 67108864 bytes' 'the file you mean'
rm bad

# kernel NAME STATUS MESSAGE HINT [KERNEL]: bad, or that, is refused as a kernel.
kernel()
{
	refused "$1" "$2" "$3" "$4" "${create[@]}" --module good.ko --kernel "${5:-bad}"
}

for kind in vmlinux notes; do
	mkmodule --kind $kind --release 6.1.0-1-test --no-build-id -o bad
	kernel "a kernel without a build ID: $kind" KERNEL_IMAGE 'bad: has no GNU build ID' 'kernel|notes'
done
: > bad
kernel "an empty kernel" KERNEL_IMAGE 'bad: is empty' 'vmlinuz'
echo 'no kernel' > bad
kernel "a text as kernel" KERNEL_IMAGE 'bad: no kind of kernel file that is known' 'vmlinuz'
head -c 5000 vmlinuz > bad
kernel "a vmlinuz that is cut off" KERNEL_IMAGE 'bad: its kernel .* reaches past the end' 'fetch it again'
kernel "a module as kernel" KERNEL_IMAGE 'good\.ko: a module or object file, not a kernel' 'give the vmlinuz' good.ko
rm bad
kernel "a kernel that does not exist" IO 'bad: no such kernel file, for good\.ko' 'or a build ID of 8 to 64'
kernel "what is nearly a build ID" IO '1234567: no such kernel file' 'or a build ID of 8 to 64' 1234567
kernel "a pattern that fits two" SPEC '\*vmlinuz matches 2 files, but good\.ko belongs to one' 'narrow the pattern' '*vmlinuz'
if command -v dpkg-deb > /dev/null; then
	mkdir -p package/DEBIAN package/boot
	printf '%s\n' 'Package: k' 'Version: 1' 'Architecture: all' 'Maintainer: A <a@example.org>' 'Description: -' > package/DEBIAN/control
	dpkg-deb -b package none.deb > /dev/null
	kernel "a package without a kernel" KERNEL_IMAGE 'none\.deb: a package without a kernel image' 'name the package' none.deb
	head -c 200 none.deb > cut.deb
	kernel "a package that is cut off" IO 'cut\.deb: cannot be decompressed or unpacked' 'fetch it again' cut.deb
else
	skip "a package without a kernel" "no dpkg-deb"
	skip "a package that is cut off" "no dpkg-deb"
fi

same_kernel=(--module good.ko --kernel vmlinuz --module copy.ko --kernel vmlinuz)
cp good.ko copy.ko
refused "two modules for one build ID" DUPLICATE '(good|copy)\.ko and (good|copy)\.ko are both for kernel build ID [0-9a-f]{40} \(6\.1\.0-1-test\)' \
	'keep one module' "${create[@]}" "${same_kernel[@]}"
refused "one bad pair of two" VERMAGIC 'good\.ko: its vermagic .*, but other-vmlinuz is kernel 6\.1\.0-2-test' 'pair the module' "${create[@]}" \
	--module good.ko --kernel vmlinuz --module good.ko --kernel other-vmlinuz

done_testing
