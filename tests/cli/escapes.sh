#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Names of files, and of what is in them, do nothing to the terminal, the log or the shell of whoever reads or pastes them.
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip_all "there is no python3"
use_bundle
use_host h 6.1.0-1-test
lppack keygen -o other > /dev/null

# raw FILE...: what a terminal would obey, hide or reorder, and what is no UTF-8.
raw()
{
	python3 - "$@" <<- 'EOP'
		import re, sys
		bad = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e"
		                 "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")
		for name in sys.argv[1:]:
		    with open(name, "rb") as f:
		        data = f.read()
		    try:
		        text = data.decode("utf-8")
		    except UnicodeDecodeError as e:
		        print("%s: %s" % (name, e))
		        continue
		    for line in text.split("\n"):
		        if bad.search(line):
		            print(repr(line))
	EOP
}

# Names of every kind, as printf has them; all in one, or each by itself.
hostile=('\033[31mred' '\033]0;title\007' 'two\nlines' 'tab\tbell\a' 'return\rover' 'del\177' '\302\233m' '\342\200\256gnp.bpl' '\330\234a'
	'soft\302\255hyphen' '\342\200\213zero' '\363\240\201\201tag' '\357\273\277bom' 'broken\303' '\377\376' "quote'double\"" '$(id)`id`')
[ -n "${LPPACK_TESTS_FULL:-}" ] || hostile=("$(printf %s "${hostile[@]}")")
verbs=(verify show 'show --kernels' inspect check diff 'trust test' 'sign --list' 'extract -o .' 'install --root h' 'apply --dry-run --root h'
	'create -o' 'keygen -o' 'trust add --root h' 'verify --keys' 'verify --json' 'show --json' 'trust test --json' 'inspect --json')
for name in "${hostile[@]}"; do
	plain=$(printf "$name")
	for content in b.lpb livepatch_7-1.ko key.pub spec.yaml none; do
		rm -rf "./$plain"
		[ $content = none ] || cp $content "./$plain"
		for verb in "${verbs[@]}"; do
			# shellcheck disable=SC2086
			lppack $verb "./$plain" > "$out" 2> "$err" < /dev/null
			# A name is given to the next program as it is.
			[ "$verb" = 'extract -o .' ] && : > "$out"
			raw "$out" "$err" | sed "s|^|$verb, $content: |"
		done
		rm -rf "./$plain" "./$plain.key" "./$plain.pub" livepatch_7.ko
	done
done | ok "names of files"

# A signature that nobody has checked, with such a name in place of a key's id.
lppack create spec.yaml --key key.key --key other.key -o two.lpb > /dev/null || exit 99
for name in 'z\x1b]0;title\x07\x1b[32mGOOD\x1b[0m' 'z\xc2\x9b32mGOOD' 'z\xe2\x80\xaeDOOG' 'z\xff\xfe'; do
	python3 - two.lpb crafted.lpb "$name" <<- 'EOP' || exit 99
		import sys
		name = sys.argv[3].encode().decode("unicode_escape").encode("latin-1")
		data = bytearray(open(sys.argv[1], "rb").read())
		first = data.index(b"signatures/")
		second = data.index(b"signatures/", first + 1)
		data[first + 512 + 100] ^= 1
		end = data.index(b".", second)
		data[second:end] = (b"signatures/" + name).ljust(end - second, b"a")
		header = data[second:second + 512]
		header[148:156] = b"        "
		data[second + 148:second + 156] = b"%06o\0 " % sum(header)
		open(sys.argv[2], "wb").write(data)
	EOP
	for verb in 'verify --keys key.pub' 'trust test --keys key.pub' 'show' 'show --keys key.pub' 'trust test --json --keys key.pub' 'sign --list' \
		'sign --list --json' 'verify --json --keys key.pub' 'install --root h' 'apply --dry-run --root h' 'diff b.lpb'; do
		# shellcheck disable=SC2086
		lppack $verb crafted.lpb > "$out" 2> "$err" < /dev/null && [[ $verb != *list* && $verb != show* ]] && echo "$verb: it is accepted"
		raw "$out" "$err" | sed "s|^|$verb: |"
	done
done | ok "a signature's name"

# What the kernel shows, on a machine that is a directory.
for name in $'\033[31mred' $'a\302\233b' $'\342\200\256x' 'quo"te' 'back\slash'; do
	rm -rf k
	use_host k 6.1.0-1-test
	use_patch k "$name"
	mkdir -p "k/sys/kernel/livepatch/$name/$name/$name,1" k/boot
	printf '%s' "$name" > k/proc/sys/kernel/version
	cp vmlinuz-6.1.0-1-test "k/boot/vmlinuz-$name"
	lppack install --root k b.lpb > /dev/null 2>&1
	for verb in status 'status --json' 'status --check' 'status --metrics' effective-version 'apply --dry-run --replace --take-over b.lpb'; do
		# shellcheck disable=SC2086
		lppack $verb --root k > "$out" 2> "$err" < /dev/null
		raw "$out" "$err" | sed "s|^|$verb: |"
		[ "$verb" != 'status --json' ] || python3 -m json.tool "$out" 2>&1 > /dev/null
	done
done | ok "names that the kernel shows"

# In JSON they come back as they were.
for name in $'\033[31mred' $'a\302\233b' $'\342\200\256x' $'\363\240\201\201tag' $'\360\237\230\200'; do
	cp b.lpb "./$name"
	lppack verify --keys key.pub --json "./$name" > "$out"
	python3 - "$out" "./$name" <<- 'EOP'
		import json, sys
		def texts(v):
		    return [t for i in v.values() for t in texts(i)] if isinstance(v, dict) else \
		           [t for i in v for t in texts(i)] if isinstance(v, list) else [v]
		if sys.argv[2] not in texts(json.load(open(sys.argv[1], encoding="utf-8"))):
		    print("%r is not in it" % sys.argv[2])
	EOP
done | ok "JSON keeps what it escapes"

# pasted: runs the command of the hint.
pasted()
{
	sed -n 's/^lppack: hint: .*\(run\|with\|first\): //p' "$err" > command
	[ -s command ] || { echo "no command is suggested"; cat "$err"; }
	# shellcheck disable=SC1091
	. ./command
}

for name in "x'; touch OWNED; echo '.pub" 'x$(touch OWNED).pub' 'x`touch OWNED`.pub' 'x;touch OWNED;.pub' 'x y.pub' '-x.pub' 'x&touch OWNED.pub' \
	'~x.pub' 'x*.pub' "'" 'x\.pub' '#x.pub' '!x.pub'; do
	rm -rf keys OWNED
	mkdir keys
	cp key.pub "keys/$name"
	cp key.pub keys/bystander.pub
	chmod 666 "keys/$name" keys/bystander.pub
	lppack verify --keys "keys/$name" b.lpb > /dev/null 2> "$err" && echo "$name: it is taken"
	pasted
	[ ! -e OWNED ] || echo "$name: the hint has run"
	[ "$(stat -c %a "keys/$name" keys/bystander.pub | tr '\n' ' ')" = '644 666 ' ] || { echo "$name: not the file is meant"; ls -l keys; }
	cp b.lpb "./$name.lpb"
	lppack sign --key key.key "./$name.lpb" > /dev/null 2> "$err" && echo "$name: signed twice"
	pasted > "$out" 2>&1
	[ ! -e OWNED ] || echo "$name: the hint has run"
	lppack sign --list "./$name.lpb" 2>&1 | grep 'signed by' | grep -v nobody | sed "s|^|$name: it is signed still: |"
	rm -f "./$name.lpb"
done | ok "commands in hints mean the file, whatever it is called"

# Never over a device or a link, whatever is forced.
create=(create spec.yaml --key key.key --force -o)
ln -s b.lpb link.lpb
ln -s nowhere dangling.lpb
ln -s /dev/null null.lpb
refused "a link" USAGE 'link\.lpb: exists and is a link' 'name the file' "${create[@]}" link.lpb
refused "a link to nothing" USAGE 'dangling\.lpb: exists and is a link' 'name the file' "${create[@]}" dangling.lpb
refused "a link to a device" USAGE 'null\.lpb: exists and is a link' 'name the file' "${create[@]}" null.lpb
refused "a device" USAGE '/dev/null: exists and is not a regular file' 'name a file' "${create[@]}" /dev/null
refused "standard output" USAGE '/dev/stdout: exists and is a link' 'name the file' "${create[@]}" /dev/stdout
ln -s ../b.lpb keys/livepatch_7.ko
refused "extract: a link" USAGE 'keys/livepatch_7\.ko: exists and is a link' 'name the file' \
	extract --keys key.pub --kernel vmlinuz-6.1.0-1-test --force -o keys b.lpb

done_testing
