#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Another machine's links lead nowhere outside of its root: for each of its directories, and each verb that takes --root,
# by openat2(2) and by what stands in for it.
. "$(dirname "$0")/lib.sh"
command -v strace > /dev/null || skip_all "there is no strace"
strace -o /dev/null true 2> /dev/null || skip_all "strace may not trace here"
use_bundle
write_spec 8.yaml "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
sed -i 's/^serial: .*/serial: 8/' 8.yaml
lppack create 8.yaml --key key.key -o 8.lpb > /dev/null || exit 99

# What a machine has that is looked at: installed, held, with receipts, a livepatch, kernels, units and a policy.
use_host model 6.1.0-1-test
use_patch model livepatch_7 "$(module_id 1)"
mkdir -p model/{boot,run,dev,usr/lib/{lppack/keys.d,systemd/system},lib/modules/6.1.0-2-test/kernel,var/lib/private} \
	model/etc/{lppack/crls.d,systemd/system/multi-user.target.wants} model/proc/1/task/1 model/proc/sys/kernel/random
cp vmlinuz-6.1.0-1-test model/boot/
cp vmlinuz-6.1.0-2-test model/lib/modules/6.1.0-2-test/vmlinuz
cp livepatch_7-2.ko model/lib/modules/6.1.0-2-test/kernel/
cp key.pub model/usr/lib/lppack/keys.d/own.pub
ln -s /usr/lib/systemd/system/lppack-apply.service model/etc/systemd/system/multi-user.target.wants/
echo quiet > model/proc/cmdline
echo 12345678-1234-1234-1234-123456789abc > model/proc/sys/kernel/random/boot_id
lppack install --root model b.lpb > /dev/null || exit 99
lppack hold --root model --serial 9 > /dev/null 2>&1 || exit 99

commands=(
	'status' 'status --check' 'status --json' 'status --metrics' 'trust list' 'history' 'effective-version' 'unhold'
	'hold --serial 8' 'confirm' 'install 8.lpb' 'apply --dry-run --replace b.lpb' 'apply --installed --dry-run' 'rollback --dry-run'
	'verify b.lpb' 'show b.lpb' 'trust add --name new key.pub' 'trust remove own' 'trust test b.lpb' 'trust update own'
)

# escapes COMMAND...: what it opened, made or changed outside of the machine m, in the folder that its link names.
escapes()
{
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -y -e trace=%file "${inject[@]}" -e signal=none "${program[@]}" "$@" > "$out" 2> "$err"
	grep -F "<$PWD/outside" trace
	grep -E 'Sanitizer|runtime error' "$err"
}

# The directories that are links in turn: all of them, or those that most is read through.
for way in openat2 walked; do
	inject=()
	directories=(boot etc etc/lppack/keys.d etc/systemd/system lib/modules/6.1.0-2-test proc run sys/kernel usr var/lib/lppack var/lib/lppack/bundles)
	[ $way = openat2 ] || inject=(-e inject=openat2:error=ENOSYS)
	[ $way = openat2 ] || directories=(etc sys var)
	[ -z "${LPPACK_TESTS_FULL:-}" ] || mapfile -t directories < <(cd model && find . -mindepth 1 -type d -printf '%P\n' | sort)
	for directory in "${directories[@]}"; do
		rm -rf m outside
		cp -a model m
		mkdir outside
		cp -a "model/$directory" outside/there
		rm -rf "m/$directory"
		ln -s "$PWD/outside/there" "m/$directory"
		(cd outside && snapshot) > before
		for command in "${commands[@]}"; do
			read -ra words <<< "$command"
			escapes "${words[@]}" --root m | sed "s|^|$command: |"
			(cd outside && snapshot) | diff before -
		done | ok "$way: a link out of the root: $directory"
	done
done

# The same links stay below the root where that is what they name.
for way in openat2 walked; do
	inject=()
	[ $way = openat2 ] || inject=(-e inject=openat2:error=EPERM)
	rm -rf m
	cp -a model m
	mkdir m/data
	for directory in var/lib/lppack etc/lppack boot sys/kernel proc/sys; do
		mv "m/$directory" "m/data/${directory//\//-}"
		ln -s "/data/${directory//\//-}" "m/$directory"
	done
	{
		escapes status --root m
		says "$out" 'web serial 7'
		says "$out" '^next boot +of 6\.1\.0-1-test: covered by web serial 7$'
		escapes install --root m 8.lpb
		[ "$(find m/data/var-lib-lppack/bundles -type f | wc -l)" = 2 ] || find m/data
	} | ok "$way: links that stay below the root"
done

done_testing
