#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack check: modules against a kernel made for the test, file by file and by directory, and create --check.
. "$(dirname "$0")/lib.sh"
use_key
release=6.1.0-1-test
id=d995dc1e24e5bf6f9407ab76941af67bfabd3833
vermagic="$release SMP preempt mod_unload modversions "

# The CRCs that the image exports printk, seq_read (of the namespace NS) and gpl_thing with.
printk=printk:$((0x11111111))
seq_read=seq_read:$((0x22222222))
gpl_thing=gpl_thing:$((0x33333333))
layout=module_layout:$((0x12345678))

make_root()
{
	mkdir -p root/boot root/lib/modules/$release/kernel/fs/ext4 root/usr/src/linux-headers-$release
	mkmodule --kind image --release $release --vermagic "$vermagic" --build-id $id -o root/boot/vmlinuz-$release
	printf 'CONFIG_%s=y\n' LIVEPATCH MODVERSIONS MODULE_SIG > root/boot/config-$release
	printf '0x%s\t%s\t%s\t%s\t%s\n' 12345678 module_layout vmlinux EXPORT_SYMBOL '' \
		77777777 crc16 lib/crc16 EXPORT_SYMBOL '' \
		44444444 for_some kernel/x EXPORT_SYMBOL_GPL module:kvm,livepatch_7 \
		44444444 for_many kernel/x EXPORT_SYMBOL_GPL 'module:kvm,live*' \
		44444444 for_others kernel/x EXPORT_SYMBOL_GPL module:kvm,livepatch,livepatch_77 > root/usr/src/linux-headers-$release/Module.symvers
	echo kernel/fs/btrfs/btrfs.ko > root/lib/modules/$release/modules.builtin
	mkmodule --not-livepatch --name ext4 --release $release --vermagic "$vermagic" -o ext4.ko
	gzip -c ext4.ko > root/lib/modules/$release/kernel/fs/ext4/ext4.ko.gz
}

# The module m.ko, good but for what the arguments say.
module()
{
	mkmodule --release $release --name livepatch_7 --import $layout "$@" -o m.ko
}

check()
{
	lppack check --kernel-dir root --json "$@" m.ko > "$out" 2> "$err"
}

# found NAME SEVERITY:FINDING[:SUBJECT] LOADS [ERRNO] -- OPTION...: of m.ko; with an error among them the status is UNLOADABLE, with what is unknown UNDECIDED.
found()
{
	local name=$1 wanted=$2 loads=$3 sys_errno=None got

	shift 3
	[ "$1" = -- ] || { sys_errno="'$1'"; shift; }
	shift
	check "$@"
	got=$?
	{
		case $wanted in
		error:*) [ $got = "${status[UNLOADABLE]}" ] || echo "exit status $got"; says "$err" '^lppack: error: m.ko: module livepatch_7 for kernel ' ;;
		unknown:*)
			[ $got = "${status[UNDECIDED]}" ] || echo "exit status $got"
			says "$err" '^lppack: error: m.ko: module livepatch_7 for kernel .*: whether it loads is unknown: '
			;;
		*) [ $got = 0 ] || { echo "exit status $got"; cat "$err"; } ;;
		esac
		json "['verdict']['loads']" "'$loads'"
		json "['verdict'].get('errno')" "$sys_errno"
		json "['verdict']['accepted']" "$([[ $wanted = error:* ]] && echo False || echo True)"
		has "$wanted"
	} | ok "$name"
}

# has SEVERITY:FINDING[:SUBJECT]
has()
{
	python3 - "$out" "$1" 2>&1 <<- 'END'
		import json, sys
		with open(sys.argv[1], encoding="utf-8") as f:
		    findings = json.load(f)["findings"]
		wanted = sys.argv[2].split(":", 2)
		for f in findings:
		    if [f["severity"], f["id"], f.get("subject")][:len(wanted)] == wanted and f["message"] and f["hint"]:
		        break
		else:
		    print("no", wanted, findings)
	END
}

command -v python3 > /dev/null || skip_all "no python3"
make_root

# What is good.
module --function cmdline_proc_show --import $printk
works "a module that loads" check --kernel-dir root m.ko
{
	says "$out" '^m\.ko: checked, nothing loaded$'
	says "$out" '^  module +livepatch_7$'
	says "$out" "^ +$id\$"
	says "$out" '^  files +root/boot/vmlinuz-6\.1\.0-1-test$'
	says "$out" '^ +root/usr/src/linux-headers-6\.1\.0-1-test/Module\.symvers$'
	says "$out" '^  looked up +imports: 2, functions: 1, livepatch symbols: 0$'
	says "$out" '^  loads +yes$'
} | ok "says so"
found "an unsigned module is worth a word" info:unsigned yes --
found "and is refused where signatures are enforced" error:unsigned no EKEYREJECTED -- --sig-enforce
echo CONFIG_MODULE_SIG_FORCE=y | cat root/boot/config-$release - > forced
found "or are by the configuration" error:unsigned no EKEYREJECTED -- --config forced
echo CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY=y | cat root/boot/config-$release - > locked
found "or by lockdown" error:unsigned no EPERM -- --config locked

# Functions.
module --function no_such
found "a function that is not there" error:function-missing:no_such no EINVAL --
module --function twice
found "a function that is there more than once" error:function-ambiguous:twice no EINVAL --
module --function twice,4
found "a position behind the last" error:function-position:twice no EINVAL --
module --function shrunk
found "a variant of the compiler's" error:function-missing:shrunk no EINVAL --
says "$err" 'hint: it has shrunk\.isra\.0' | ok "is named"
module --function notrace_function
found "a function without a site" error:function-untraceable:notrace_function no EINVAL --
has warning:function-blacklisted:notrace_function | ok "on the kprobe blacklist"
module --function cmdline_proc_show --object ext4 --function no_such
found "a function that a module lacks" error:function-missing:no_such unknown --
module --function cmdline_proc_show --object xfs --function xfs_read
found "a module that is not in the tree" info:object-absent:xfs yes --
module --function cmdline_proc_show --object btrfs --function btrfs_read
found "a module that is built in" warning:object-builtin:btrfs yes --
try UNLOADABLE check --strict --kernel-dir root m.ko | ok "fails with --strict"
mkmodule --not-livepatch --name big --release $release --vermagic "$vermagic" --filler 68000000 -o root/lib/modules/$release/kernel/fs/big.ko
module --function cmdline_proc_show --object big --function no_such
found "a function that a module of over 64 MiB lacks" error:function-missing:no_such unknown --
rm root/lib/modules/$release/kernel/fs/big.ko

# Code that decides when it runs.
module --function cmdline_proc_show --callback pre_patch
found "a callback that may refuse" unknown:callback-decides:vmlinux unknown --
json "['verdict']['by_files']" "'yes'" | ok "beside what the files tell"
module --function cmdline_proc_show --callback post_patch --callback pre_unpatch --callback post_unpatch
found "callbacks that cannot" info:unsigned yes --
module --function no_such --callback pre_patch
found "what is wrong goes before what is unknown" error:function-missing:no_such no EINVAL --

# Livepatch symbols.
module --function cmdline_proc_show --klp-symbol .klp.sym.vmlinux.twice,2
found "a livepatch symbol that resolves" info:unsigned yes --
module --function cmdline_proc_show --klp-symbol .klp.sym.vmlinux.twice,9
found "one behind the last" error:symbol-position:twice no EINVAL --
module --function cmdline_proc_show --klp-symbol .klp.sym.vmlinux.twice,0
found "one that is ambiguous" error:symbol-ambiguous:twice no EINVAL --
module --function cmdline_proc_show --klp-symbol .klp.sym.vmlinux.none,0
found "one that is missing" error:symbol-missing:none no EINVAL --

# What no kernel takes, or takes to no effect: the same in inspect and create.

# fault NAME FINDING LOADS [ERRNO] -- OPTION...: of a module with these options.
fault()
{
	local name=$1 finding=$2 args=()

	shift 2
	while [ "$1" != -- ]; do args+=("$1"); shift; done
	shift
	module "$@"
	refused_everywhere "$name" "$finding" "${args[@]}"
}

# refused_everywhere NAME FINDING LOADS [ERRNO]: m.ko.
refused_everywhere()
{
	found "$1" "error:$2" "${@:3}" --
	{
		try UNLOADABLE inspect --strict m.ko
		lppack inspect --json m.ko > "$out"
		says "$out" "\"id\": \"$2\""
		try UNLOADABLE create --stream s --serial 1 --key key.key -o none.lpb --module m.ko --kernel $id
		says "$err" '^lppack: error: m\.ko: '
		says "$err" 'hint: '
		[ ! -e none.lpb ] || echo "made a bundle"
	} | ok "$1: inspect and create say the same"
}

fault "relocations for an object that is not patched" relocation-object yes -- --function cmdline_proc_show \
	--klp-symbol .klp.sym.dm_crypt.crypt_status,0
fault "one function twice, position 0 being 1" function-twice no EEXIST -- --function cmdline_proc_show --function cmdline_proc_show,1
fault "an object twice" object-twice no EEXIST -- --function cmdline_proc_show --object xfs --function a --object xfs --function b
fault "an object's name with a suffix" object-name yes -- --function cmdline_proc_show --object ext4.ko --function ext4_lookup
says "$err" 'hint: write ext4, as lsmod' | ok "suggests a name"
check
says "$err" 'hint: write ext4, which this kernel has' | ok "which the kernel's tree has"
module --function cmdline_proc_show --object btrfs.ko.xz --function btrfs_read
check
says "$err" 'hint: btrfs is built into this kernel' | ok "or has built in"

# What tools of binutils make of a finished module.
if command -v objcopy > /dev/null && command -v ld > /dev/null; then
	module --function cmdline_proc_show --klp-symbol .klp.sym.vmlinux.twice,2
	cp m.ko whole.ko
	found "the finished module" info:unsigned yes --
	# tool NAME COMMAND...: if it leaves relocations and symbols as they are, the module is as good as before.
	tool()
	{
		local name=$1

		shift
		cp whole.ko m.ko
		"$@" > /dev/null 2>&1 || { ok "$name: refuses it" < /dev/null; return; }
		if [ "$(readelf -SW m.ko 2> /dev/null | grep -c 'klp\.rela.* RELA ')" = 1 ] && readelf -sW m.ko | grep -q 'OS \[0xff20\] \.klp\.sym' &&
			readelf -rW m.ko 2> /dev/null | grep -A2 klp.rela | grep -q '\.klp\.sym'; then
			{ try OK inspect --strict m.ko; } | ok "$name: keeps what livepatch needs"
		else
			{ try UNLOADABLE inspect --strict m.ko; } | ok "$name: is seen"
		fi
	}
	tool "ld -r" ld -r -o m.ko whole.ko
	tool "strip --strip-debug" strip --strip-debug m.ko
	tool "strip --strip-unneeded" strip --strip-unneeded m.ko
	tool "objcopy" objcopy m.ko
	tool "objcopy -R" objcopy -R .klp.rela.vmlinux..text m.ko
	tool "objcopy --set-section-flags" objcopy --set-section-flags .klp.rela.vmlinux..text=alloc,readonly m.ko
	tool "objcopy --rename-section" objcopy --rename-section .klp.rela.vmlinux..text=.klp.other m.ko
else
	skip "what tools make of a finished module" "no binutils"
fi

# Imports.
module --function cmdline_proc_show --import none:1
found "an import that is missing" error:import-missing:none no ENOENT --
module --function cmdline_proc_show --import printk:1
found "an import of another CRC" error:import-crc:printk no EINVAL --
module --function cmdline_proc_show --import $seq_read
found "an import of a namespace" error:import-namespace:seq_read no EINVAL --
for name in for_some for_many; do
	module --function cmdline_proc_show --import $name:$((0x44444444)) --depends x
	found "an import that is exported for this module ($name)" warning:import-module:$name yes --
done
module --function cmdline_proc_show --import for_others:$((0x44444444)) --depends x
found "an import that is exported for others" error:import-namespace:for_others no EINVAL --
json "['verdict']['reason'].endswith('for certain modules only (kvm,livepatch,livepatch_77)')" True | ok "names them"
module --function cmdline_proc_show --import $gpl_thing --license Proprietary
found "an import for the GPL only" error:import-gpl:gpl_thing no ENOENT --
module --function cmdline_proc_show --import crc16:$((0x77777777)) --depends crc16
found "an import of a module" warning:import-module:crc16 yes --
module --function cmdline_proc_show --import crc16:1
found "an import of a module with another CRC" error:import-crc:crc16 no EINVAL --
mkmodule --release $release --name livepatch_7 --import module_layout:1 -o m.ko
lppack check --symvers root/usr/src/linux-headers-$release/Module.symvers --json m.ko > "$out" 2> "$err"
{ json "['verdict']['errno']" "'ENOEXEC'"; has error:module-layout:module_layout; } | ok "another struct module"

# Identity.
mkmodule --release $release --name livepatch_7 --no-versions -o m.ko
found "no symbol versions" error:no-versions:CONFIG_MODVERSIONS no ENOEXEC --
module --vermagic "$release SMP mod_unload modversions "
found "other flags in the vermagic" error:vermagic no ENOEXEC --
mkmodule --release 6.1.0-2-test --name livepatch_7 --import $layout -o m.ko
found "another release, which the kernel takes" error:release:6.1.0-2-test yes --
lppack check --kernel-dir root m.ko 2> "$err" > "$out"
says "$out" '^  loads +yes, the kernel would take it, but lppack refuses it$' | ok "is told apart"
module --arch s390x
found "another architecture" error:arch no ENOEXEC --
module --not-livepatch --import klp_enable_patch
check
{ json "['verdict']['loads']" "'no'"; has error:not-livepatch; } | ok "not marked as a livepatch"
module --no-replace
found "not in replace mode, which the kernel takes" error:replace-refuted yes --
module --init false
found "a replace mode that code contradicts" error:replace-contradicted yes --
echo 'CONFIG_MODVERSIONS=y' > unpatchable
module
found "a kernel without livepatching" error:config-livepatch no ENOEXEC -- --config unpatchable
module --no-anatomy
found "what is not recognised is not passed over" unknown:not-checked:functions unknown --

# Hardening.
module
printf 'CONFIG_%s=y\n' LIVEPATCH MODVERSIONS X86_KERNEL_IBT CALL_PADDING RETPOLINE RETHUNK > hardened
found "call padding is not known" info:not-checked:CONFIG_CALL_PADDING yes -- --config hardened
echo CONFIG_CFI_CLANG=y >> hardened
found "nor are the types of functions" unknown:not-checked:CONFIG_CFI unknown -- --config hardened

# What no kernel makes good.
module --no-exit
found "a module without exit, which the kernel takes" error:no-exit yes --
module --vermagic "$release SMP preempt modversions " --no-exit
lppack check --config root/boot/config-$release --json m.ko > "$out" 2> "$err"
{ has error:no-exit | grep -q '^no' || echo "there is error:no-exit"; } | ok "a kernel that unloads nothing asks for none"
module --no-init-pointer --no-exit
found "a module without init, which the kernel takes" error:no-init yes --
module --no-enable
found "a module that never enables its patch" error:never-enabled yes --
module --import klp_enable_patch:$((0x9abcdef0))
found "one that imports it and does not call it" error:never-enabled yes --
module --license Proprietary
found "a license that klp_enable_patch is not for" error:license no ENOENT --
module --license 'BSD'
found "nor is it for this one" error:license no ENOENT --
module --mark N
found "livepatch=N, which the kernel takes" error:not-livepatch yes --
module --mark yes
found "livepatch=yes too" error:not-livepatch yes --
mkmodule --release $release --name livepatch_7 --no-versions --import klp_enable_patch:$((0x9abcdef0)) -o m.ko
found "no version of module_layout" error:versions no ENOEXEC --
mkmodule --release $release --name livepatch_7 --no-versions -o m.ko
lppack check --vmlinuz root/boot/vmlinuz-$release --json m.ko > "$out" 2> "$err"
has error:no-versions | ok "without a configuration the vermagic says whether versions are wanted"

# Without files.
module --function cmdline_proc_show --import $printk
{
	lppack check --config root/boot/config-$release --json m.ko > "$out" 2> "$err"
	[ $? = "${status[UNDECIDED]}" ] || cat "$err"
	json "['verdict']['loads']" "'unknown'"
	has "info:not-checked:which build of the kernel this is"
	has "unknown:not-checked:imported symbols and their CRCs"
	has "unknown:not-checked:functions and livepatch symbols of the kernel"
	has "unknown:not-checked:the flags of the vermagic"
} | ok "what no file tells is named"
try UNDECIDED check --vmlinuz root/boot/vmlinuz-$release m.ko
says "$err" "hint: name the kernel's config \\(--config\\)" | ok "what is missing has a status of its own, and a hint"
says "$out" '^  loads +unknown: ' | ok "and is the verdict"
try UNLOADABLE check --strict --vmlinuz root/boot/vmlinuz-$release m.ko | ok "which --strict takes for a no"
lppack check --vmlinuz root/boot/vmlinuz-$release --json m.ko > "$out" 2> "$err"
{
	json "['verdict']['code']" "${status[UNDECIDED]}"
	json "['verdict']['strict_code']" "${status[UNLOADABLE]}"
} | ok "in JSON, too"
{ json "['verdict']['loads']" "'unknown'"; has "unknown:not-checked:whether the kernel is configured for livepatches"; } | ok "no configuration"
printf '%016x T %s\n' 1 a 2 b 3 c 4 d 5 twice 6 cmdline_proc_show 7 g > System.map
module --function cmdline_proc_show --function twice,2
lppack check --system-map System.map --json m.ko > "$out" 2> "$err"
{ has error:function-position:twice; has "info:not-checked:whether the functions can be traced"; } | ok "a System.map"
mkdir note
mkmodule --kind image --release $release -o note/vmlinuz-$release
echo 'ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package' > note/System.map-$release
{
	lppack check --system-map note/System.map-$release --json m.ko > "$out" 2> "$err"
	has error:function-untraceable:twice
	grep -q '"vmlinuz": ".*note/vmlinuz-' "$out" || cat "$out" "$err"
	mv note/vmlinuz-$release note/other
	try KERNEL_IMAGE check --system-map note/System.map-$release m.ko
	says "$err" 'note/System\.map-.*: '
} | ok "a System.map that is only a note: the image beside it"

# Places.
module --function cmdline_proc_show --import $printk
for place in root/boot root/lib/modules/$release; do
	lppack check --kernel-dir "$place" --json m.ko > "$out" 2> "$err" || cat "$err"
	json "['kernel']['files']['modules'].endswith('lib/modules/$release')" True
	json "['kernel']['files']['config'].endswith('boot/config-$release')" True
done | ok "found from /boot and from lib/modules/RELEASE"
mkdir tree
cp root/boot/vmlinuz-$release tree/vmlinux
cp root/boot/config-$release tree/.config
cp root/usr/src/linux-headers-$release/Module.symvers tree
lppack check --kernel-dir tree --json m.ko > "$out" 2> "$err"
{ json "['kernel']['build_id']" "'$id'"; json "['verdict']['accepted']" True; } | ok "a build tree"
for packer in gzip:gz xz:xz zstd:zst; do
	command -v ${packer%:*} > /dev/null || { skip "RPM's symvers.${packer#*:}" "there is no ${packer%:*}"; continue; }
	for prefix in usr/lib lib; do
		mkdir -p rpm/$prefix/modules/$release/kernel
		cp root/boot/vmlinuz-$release rpm/$prefix/modules/$release/vmlinuz
		cp root/boot/config-$release rpm/$prefix/modules/$release/config
		${packer%:*} -c root/usr/src/linux-headers-$release/Module.symvers > rpm/$prefix/modules/$release/symvers.${packer#*:}
		for dir in rpm rpm/$prefix/modules/$release; do
			lppack check --kernel-dir $dir --json m.ko > "$out" 2> "$err" || cat "$err"
			json "['kernel']['files']['symvers'].endswith('$release/symvers.${packer#*:}')" True
			json "['kernel']['files']['config'].endswith('$release/config')" True
			json "['verdict']['loads']" "'yes'"
		done
		rm -r rpm
	done | ok "RPM's symvers.${packer#*:}"
done
mkdir -p rpm/usr/lib/debug/lib/modules/$release rpm/usr/lib/modules/$release/kernel
cp root/boot/vmlinuz-$release rpm/usr/lib/debug/lib/modules/$release/vmlinux
lppack check --kernel-dir rpm --json m.ko > "$out" 2> "$err" || cat "$err"
json "['kernel']['files']['vmlinuz'].endswith('debug/lib/modules/$release/vmlinux')" True | ok "RPM's debug file"
rm -r rpm
mkdir -p root/lib/modules/6.1.0-9-test
refused "several kernels" USAGE 'check: root: holds 2 kernels: 6\.1\.0-1-test, 6\.1\.0-9-test' 'release' check --kernel-dir root m.ko
works "one of them" check --kernel-dir root --release $release m.ko
rm -r root/lib/modules/6.1.0-9-test
mkdir empty
refused "no kernel's files" USAGE 'check: empty: holds no kernel' 'lib/modules' check --kernel-dir empty m.ko
refused "nothing at all" USAGE 'check: no kernel is named' '--kernel-dir' check m.ko
refused "no directory" IO 'none: ' 'directory' check --kernel-dir none m.ko
refused "no module" MODULE 'key.pub: ' '\.ko' check --kernel-dir root key.pub
refused "no kernel" KERNEL_IMAGE 'key.pub: ' 'vmlinuz' check --vmlinuz key.pub m.ko
for option in system-map symvers config btf; do
	refused "a --$option that is none" KERNEL_IMAGE 'key.pub: ' '' check --$option key.pub m.ko
	refused "a --$option that is not there" IO 'none: No such file' '' check --kernel-dir root --$option none m.ko
done

# Bundles.
lppack create --stream web --serial 7 --module m.ko --kernel $id --key key.key -o b.lpb > "$out" || cat "$out"
works "a bundle" check --keys key.pub --kernel-dir root b.lpb
refused "a bundle without the kernel's build ID" USAGE 'check: no file tells' 'vmlinuz' check --keys key.pub --config root/boot/config-$release b.lpb
lppack create --stream web --serial 7 --module m.ko --kernel 00112233 --key key.key -o other.lpb > "$out" || cat "$out"
refused "a bundle that has nothing for it" NO_KERNEL 'other\.lpb' '' check --keys key.pub --kernel-dir root other.lpb

# What create does with it.
spec()
{
	write_spec s.yaml 'kernels:' '  - module: m.ko' "$@"
}

create=(create s.yaml --key key.key --force)
spec "    kernel: root/boot/vmlinuz-{release}"
works "create --check" "${create[@]}" --check -o c.lpb
says "$out" '^  checked +1 of 1 modules' | ok "says so"
spec "    build_id: \"$id\"" '    kernel_dir: root'
works "create --check with a directory" "${create[@]}" --check -o c.lpb
spec "    build_id: \"$id\""
works "create --check without files" "${create[@]}" --check -o c.lpb
says "$out" '^  checked +0 of 1 modules' | ok "says so"
spec '    build_id: "00112233"' '    kernel_dir: root'
refused "create --check with files of another build" SPEC 'm\.ko: is for kernel build ID 00112233' 'very kernel' "${create[@]}" --check -o d.lpb
module --function no_such
spec "    kernel: root/boot/vmlinuz-{release}" "    symvers: root/usr/src/linux-headers-{release}/Module.symvers"
refused "create --check of what will not load" UNLOADABLE 'm\.ko: module livepatch_7 for kernel 6\.1\.0-1-test: patches no_such' '' \
	"${create[@]}" --check -o d.lpb
works "create without --check" "${create[@]}" -o d.lpb
module --init false
refused "create --check of a liar" UNLOADABLE 'm\.ko: .*not in replace mode' '' "${create[@]}" --check -o e.lpb
module --function cmdline_proc_show --import crc16:$((0x77777777)) --depends crc16
{ try OK "${create[@]}" --check -o e.lpb; says "$err" '^lppack: warning: livepatch_7 for 6\.1\.0-1-test: .*crc16'; } | ok "create --check warns"
write_spec s.yaml 'require: {module_signature: true}' 'kernels:' '  - module: m.ko' "    build_id: \"$id\""
refused "a signature that the spec requires" MODULE 'm\.ko: has no appended signature' 'sign-module' "${create[@]}" -o f.lpb
module --signed
works "and that is there" "${create[@]}" -o f.lpb
write_spec s.yaml 'require: {module_signatur: true}' 'kernels:' '  - module: m.ko' "    build_id: \"$id\""
refused "a requirement that is not known" SPEC 's\.yaml:3: .*module_signatur' 'lppack-spec' "${create[@]}" -o g.lpb

# One name cannot be loaded over itself.
module --function cmdline_proc_show
lppack create --stream web --serial 7 --module m.ko --kernel $id --key key.key -o 7.lpb > "$out" || cat "$out"
module --function cmdline_proc_show --function weak_function
write_spec s.yaml 'kernels:' '  - module: m.ko' "    build_id: \"$id\""
sed -i 's/serial: 7/serial: 8/' s.yaml
refused "a name that the level before has" MODULE_NAME '8\.lpb: for kernel 6\.1\.0-1-test its module has the name' 'serial' \
	"${create[@]}" -o 8.lpb --supersedes 7.lpb --keys key.pub
lppack "${create[@]}" -o 8.lpb > "$out" || cat "$out"
{ try OK diff --json --keys key.pub 7.lpb 8.lpb; json "['findings'][0]['id']" "'same-name'"; } | ok "diff tells it"
{ try OK diff --keys key.pub 7.lpb 8.lpb; says "$out" '^  warning +for kernel 6\.1\.0-1-test both modules are called livepatch_7:'; } | ok "in prose too"

done_testing
