#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack install, and lppack apply --installed as far as a directory can be a machine.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
mkdir -p h/boot
cp vmlinuz-6.1.0-1-test h/boot/

# level SERIAL LINE...: SERIAL.lpb of the same modules.
level()
{
	write_spec "$1.yaml" "${@:2}" "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	sed -i "s/^serial: .*/serial: $1/" "$1.yaml"
	lppack create "$1.yaml" --key key.key -o "$1.lpb" > /dev/null || exit 99
}

# serials: of the installed levels, in one line.
serials()
{
	lppack status --root h --json |
		python3 -c 'import json, sys; print(*[l["serial"] for l in json.load(sys.stdin)["levels"]])'
}

{
	try OK install --root h b.lpb
	silent "$err"
	says "$out" '^b\.lpb: installed$'
	says "$out" '^  bundle +web, serial 7'
	says "$out" '^next boot +of 6\.1\.0-1-test: covered by web serial 7$'
	says "$out" '^not applied +it was installed for another machine$'
	cmp b.lpb h/var/lib/lppack/bundles/*.lpb
} | ok "a bundle is installed"
{
	try OK install --root h --json b.lpb
	json "['already']" True
	json "['coverage'][0]['covered']" True
	json "['not_applied']" "'it was installed for another machine'"
	json "['levels'][0]['target']" True
} | ok "again, in JSON"
{
	cp vmlinuz-6.1.0-2-test h/boot/
	mkmodule --kind vmlinuz --release 6.9.0-new -o h/boot/vmlinuz-6.9.0-new
	try OK status --root h
	says "$out" '^next boot +of 6\.1\.0-2-test: covered by web serial 7$'
	says "$out" '^next boot +of 6\.9\.0-new: NOT COVERED$'
	try BEHIND status --root h --check
	says "$out" '^UNCOVERED: the next boot of 6\.9\.0-new is not covered$'
} | ok "kernels that are installed are told, covered or not"
rm h/boot/vmlinuz-6.9.0-new

for serial in 8 9 10 11; do
	level $serial
	lppack install --root h $serial.lpb > /dev/null || echo "cannot install $serial"
done | ok "more levels"
same "three are kept" <(echo 11 10 9) <(serials)
lppack install --root h --keep 1 11.lpb > /dev/null
same "or as many as are asked for" <(echo 11) <(serials)
same "and no file more" <(echo 1) <(find h/var/lib/lppack/bundles -type f | wc -l)
echo 'keep_levels: 0' > h/etc/lppack/lppack.yaml
{
	try SPEC install --root h b.lpb
	says "$err" '^lppack: error: h/etc/lppack/lppack\.yaml:1'
	rm h/etc/lppack/lppack.yaml
} | ok "a configuration that cannot be"
{
	try DOWNGRADE install --root h b.lpb
	says "$err" '^lppack: error: b\.lpb'
	[ "$(serials)" = 11 ] || serials
} | ok "a level older than what was seen"
{ try OK install --root h --allow-downgrade b.lpb; says "$err" "warning: b\\.lpb: going back is allowed"; } | ok "unless that is meant"

{
	try OK apply --installed --root h --dry-run
	says "$out" '^the installed level: would be applied$'
	says "$out" '^  bundle +web, serial 7'
} | ok "the boot applies what was installed last"
{
	try OK install --root h 11.lpb
	for file in h/var/lib/lppack/bundles/*.lpb; do cmp -s 11.lpb "$file" && kept=$file; done
	printf x | dd of="$kept" bs=1 seek=30000 conv=notrunc 2> /dev/null
	try OK apply --installed --root h --dry-run
	says "$err" '^lppack: error: .*\.lpb: '
	says "$out" '^  bundle +web, serial 7'
	try OK install --root h 11.lpb
	try OK install --root h --allow-downgrade b.lpb
} | ok "a level that is damaged does not cost the machine the one below"
refused "not two things at once" USAGE 'apply: --installed takes no FILE' '' apply --installed b.lpb --root h --dry-run
refused "not into this kernel by another machine's files" USAGE 'apply: --root h' '--dry-run' apply --installed --root h

cp b.lpb bad.lpb
printf x | dd of=bad.lpb bs=1 seek=30000 conv=notrunc 2> /dev/null
{
	before=$(serials)
	try CORRUPT install --root h bad.lpb
	says "$err" '^lppack: error: bad\.lpb: '
	[ "$(serials)" = "$before" ] || serials
	find h/var/lib/lppack/bundles -name '.*' -type f
} | ok "nothing of a damaged bundle is installed"
{
	exec {held}> h/run/lppack/lock
	flock "$held"
	try BUSY install --root h 11.lpb
	try BUSY install --root h --wait 300ms 11.lpb
	(sleep 1; flock -u "$held") &
	try OK install --root h --wait 1m 11.lpb
	wait
	exec {held}>&-
} | ok "it waits for another lppack, as long as it is told to"
{
	try OK install --root h 11.lpb
	silent "$err"
	mkdir -p h/etc/systemd/system
	try OK install --root h 11.lpb
	says "$err" '^lppack: warning: no boot applies what is installed: lppack-apply\.service is not enabled$'
	says "$err" '^lppack: hint: systemctl enable lppack-apply\.service$'
	try BEHIND status --root h --check
	says "$out" '^UNCOVERED: no boot applies what is installed'
	try OK install --root h --json 11.lpb
	json "['enabled']" False
	mkdir h/etc/systemd/system/sysinit.target.wants
	ln -s /usr/lib/systemd/system/lppack-apply.service h/etc/systemd/system/sysinit.target.wants/
	try OK install --root h 11.lpb
	silent "$err"
	try OK status --root h --json
	json "['boot']['enabled']" True
	rm -r h/etc/systemd
} | ok "whether boots apply it"
lppack keygen -o other > /dev/null
{
	try UNTRUSTED install --root h --keys other.pub b.lpb
	silent "$out"
} | ok "nor of a stranger's"

mkdir image
{
	try OK install --root image --keys key.pub b.lpb
	cmp b.lpb image/var/lib/lppack/bundles/*.lpb
	try OK hold --root image --freeze
	try IO status --root image
	says "$err" '^lppack: error: image/proc/sys/kernel/osrelease'
	try IO effective-version --root image
} | ok "an image that runs no kernel"

use_host empty 6.1.0-1-test
{
	try NO_RELEASE apply --installed --root empty --dry-run
	says "$err" '^lppack: error: no level is installed$'
} | ok "a machine on which nothing was installed"
{
	echo garbage > h/var/lib/lppack/store.yaml
	try STATE apply --installed --root h --dry-run
	says "$err" '^lppack: error: h/var/lib/lppack/store\.yaml'
	try OK status --root h
	says "$err" '^lppack: warning: h/var/lib/lppack/store\.yaml'
	try STATE status --root h --check
} | ok "a damaged store is told of"
{
	kept=$(ls h/var/lib/lppack/bundles)
	try OK apply --root h --dry-run 11.lpb
	says "$err" '^lppack: warning: 11\.lpb: h/var/lib/lppack/store\.yaml.*; boots put nothing in force before'
	try OK install --root h 11.lpb
	says "$err" '^lppack: warning: 11\.lpb: h/var/lib/lppack/store\.yaml.*; it is written anew, with [1-9][0-9]* levels'
	[ "$kept" = "$(ls h/var/lib/lppack/bundles)" ] || echo "levels are gone"
	try OK apply --installed --root h --dry-run
	silent "$err"
	try OK install --root h 11.lpb
	silent "$err"
} | ok "and is made again of what is there"

# What another machine's image names is looked for below it, and never beside it.
outside()
{
	rm -rf releases i
	mkdir releases
	for file in README web-1.lpb; do echo precious > releases/$file; done
	use_host i 6.1.0-1-test
}
for link in var/lib/lppack/bundles var/lib/lppack var/lib var etc/lppack; do
	for target in "$PWD/releases" "$(printf '../%.0s' {1..40})$PWD/releases"; do
		outside
		mkdir -p "i/${link%/*}"
		rm -rf "i/$link"
		ln -s "$target" "i/$link"
		{
			lppack install --root i b.lpb > "$out" 2> "$err" && echo "installed"
			same_files=$(cd releases && cat README web-1.lpb && ls -A)
			[ "$same_files" = "$(printf 'precious\nprecious\nREADME\nweb-1.lpb')" ] || ls -lAR releases
			grep -E 'Sanitizer|runtime error' "$err"
		} | ok "a link out of the root: $link, ${target:0:3}"
	done
done
{
	outside
	mkdir -p i/var/lib/lppack i/data
	ln -s /data i/var/lib/lppack/bundles
	try OK install --root i b.lpb
	cmp b.lpb i/data/*.lpb
	says "$err" 'warning: b\.lpb: i/var/lib/lppack/bundles: is a link, .*; bundles that are no longer needed stay there: mount'
} | ok "a link that stays below the root"

# Where something else may be, nothing is removed, not even what has the name of a bundle; and that is said.
stray=$(printf '0%.0s' {1..64}).lpb
for way in link writable; do
	outside
	mkdir -p i/var/lib/lppack/bundles i/data
	if [ $way = link ]; then
		rmdir i/var/lib/lppack/bundles
		ln -s ../../../data i/var/lib/lppack/bundles
	else
		chmod 777 i/var/lib/lppack/bundles
	fi
	echo precious > i/var/lib/lppack/bundles/$stray
	{
		try OK install --root i b.lpb
		says "$err" "warning: b\.lpb: i/var/lib/lppack/bundles: .*bundles that are no longer needed stay there: "
		diff i/var/lib/lppack/bundles/$stray <(echo precious)
	} | ok "nothing is removed from what may be somebody else's: $way"
done
{
	outside
	mkdir -p i/var/lib/lppack/bundles
	for file in $stray ".$stray.1.0.tmp" README web-1.lpb ".$stray.1.tmp" "${stray#0}"; do echo > "i/var/lib/lppack/bundles/$file"; done
	try OK install --root i b.lpb
	silent "$err"
	find i/var/lib/lppack/bundles -type f -printf '%f\n' | grep -vE '^[1-9a-f][0-9a-f]*\.lpb$' | sort |
		diff - <(printf '%s\n' README web-1.lpb ".$stray.1.tmp" "${stray#0}" | sort)
} | ok "only what has a name of lppack's own is removed"

done_testing
