# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests of the built program share, on top of tap.sh: running it, and what it is run on. They begin in an empty
# directory, and leave it to the end only by a trap.
. "$(dirname "${BASH_SOURCE[0]}")/../check/tap.sh"
tests_cli=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
golden_dir=$tests_cli/../golden
make_scratch
top_builddir=$(cd "$top_builddir" && pwd)
mkdir "$scratch/work" "$scratch/io"
out=$scratch/io/out
err=$scratch/io/err
cd "$scratch/work" || exit 99
umask 022
unset SOURCE_DATE_EPOCH NO_COLOR

[ -x "$top_builddir/lppack" ] || skip_all "lppack is not built"
[ -x "$top_builddir/tests/tools/mkmodule" ] || skip_all "tests/tools/mkmodule is not built: make tests/tools/mkmodule"

# Without Python, JSON is compared with tests/golden only.
command -v python3 > /dev/null || python3()
{
	return 1
}

# Names of exit statuses, from the one table.
declare -A status=([OK]=0)
while read -r name number; do
	status[$name]=$number
done < <(sed -n 's/^[[:space:]]*X(\([A-Z_]*\), \([0-9]*\),.*/\1 \2/p' "$top_srcdir/include/lppack/error.h")

# Without libtool's wrapper where there is one: it is a script, and slow.
program=("$top_builddir/lppack")
[ ! -x "$top_builddir/.libs/lppack" ] || program=(env LD_LIBRARY_PATH="$top_builddir/.libs" "$top_builddir/.libs/lppack")

lppack()
{
	"${program[@]}" "$@"
}

# held_to_modes COMMAND...: root reads and writes everything; without these capabilities it obeys modes like anybody.
held_to_modes()
{
	local free=("${program[@]}")

	if [ "$(id -u)" = 0 ]; then
		program=(setpriv --bounding-set=-dac_override,-dac_read_search "${program[@]}")
	fi
	"$@"
	program=("${free[@]}")
}

mkmodule()
{
	"$top_builddir/tests/tools/mkmodule" "$@" || exit 99
}

# try STATUS ARGUMENT...: runs with output to $out and $err; says so if the exit status is another.
try()
{
	local wanted=$1 got

	shift
	lppack "$@" > "$out" 2> "$err" < /dev/null
	got=$?
	[ "$got" = "${status[$wanted]}" ] && return
	echo "lppack $*: exit status $got, not ${status[$wanted]} ($wanted)"
	cat "$out" "$err"
}

# says FILE PATTERN: an extended regular expression that one line matches.
says()
{
	grep -qE -- "$2" "$1" || { echo "no line matches: $2"; cat "$1"; }
}

# silent FILE
silent()
{
	[ ! -s "$1" ] || { echo "printed although it should not:"; cat "$1"; }
}

# Every file below the working directory as it is: a directory's times may change, what is in it may not.
snapshot()
{
	find . \( -type d -printf '%P d %m %i\n' \) -o -printf '%P %y %m %i %s %T@ %l\n' 2> /dev/null | sort
}

# refused NAME STATUS MESSAGE HINT ARGUMENT...: fails with the status, an error that begins with a match of MESSAGE (and so
# with the file), and a hint that has one of HINT; prints no result; and makes, changes and leaves nothing.
refused()
{
	local name=$1 wanted=$2 message=$3 hint=$4

	shift 4
	snapshot > "$scratch/io/before"
	{
		try "$wanted" "$@"
		says "$err" "^lppack: error: $message"
		says "$err" "^lppack: hint: .*$hint"
		silent "$out"
		snapshot | diff "$scratch/io/before" -
		grep -E 'Sanitizer|runtime error' "$err"
	} | ok "$name"
}

# works NAME ARGUMENT...
works()
{
	local name=$1

	shift
	{ try OK "$@"; silent "$err"; } | ok "$name"
}

# golden NAME: what was printed is tests/golden/NAME, but for sizes and digests that another libzstd or mkmodule changes.
# UPDATE_GOLDEN=1 in the environment writes it instead; read the diff.
golden()
{
	local size='[0-9.]+ ([KM]i)?B'

	sed -E -e "s/^(  (  )?(digest|sha256) +)[0-9a-f]{64}$/\1DIGEST/" \
		-e "s/^(  (  )?(size|payload|read|packed) +)$size/\1SIZE/" \
		-e "s/(modules: |packed into |the file has |^  module +[a-z0-9_]+, )$size/\1SIZE/g" \
		-e 's/^( +"(digest|sha256)": )"[0-9a-f]{64}"/\1"DIGEST"/' \
		-e 's/^( +"(file|size|payload|largest_module|bytes_read|modules_plain|modules_packed|packed_size)": )[0-9]+/\1SIZE/' \
		"$out" > "$scratch/io/normal"
	[ -z "${UPDATE_GOLDEN:-}" ] || cp "$scratch/io/normal" "$golden_dir/$1"
	same "prints $1" "$golden_dir/$1" "$scratch/io/normal"
}

# json PATH VALUE: $out is JSON in which the Python expression below d has the value, like json "['error']['code']" 5.
json()
{
	python3 - "$out" "$1" "$2" 2>&1 <<- 'EOF'
		import json, sys
		with open(sys.argv[1], encoding="utf-8") as f:
		    d = json.load(f)
		got = eval("d" + sys.argv[2])
		if got != eval(sys.argv[3]):
		    print("%s is %r, not %s" % (sys.argv[2], got, sys.argv[3]))
	EOF
}

# split_module FILE: the three parts of a signed module: FILE.content, FILE.p7, FILE.end.
split_module()
{
	local size whole

	whole=$(stat -c %s "$1")
	size=$((16#$(tail -c 32 "$1" | head -c 4 | xxd -p)))
	tail -c 40 "$1" > "$1.end"
	tail -c $((40 + size)) "$1" | head -c "$size" > "$1.p7"
	head -c $((whole - 40 - size)) "$1" > "$1.content"
}

# The key pair that signs: key.key and key.pub.
use_key()
{
	cp "$tests_cli/test.key" key.key
	cp "$tests_cli/test.pub" key.pub
	chmod 600 key.key
}

# write_spec FILE LINE...: a spec of the stream web with serial 7 and these lines.
write_spec()
{
	local file=$1

	shift
	printf '%s\n' 'stream: web' 'serial: 7' "$@" > "$file"
}

# pair MODULE KERNEL: the lines of a spec's kernels.
pair()
{
	printf '%s\n' 'kernels:' "  - module: $1" "    kernel: $2"
}

# The build ID of livepatch_7-N.ko.
module_id()
{
	printf '7%.0s' {1..39}
	echo "$1"
}

# Two kernels with a module each, and b.lpb for them, made at a fixed time.
use_bundle()
{
	use_key
	for i in 1 2; do
		mkmodule --kind vmlinuz --release 6.1.0-$i-test -o vmlinuz-6.1.0-$i-test
		mkmodule --release 6.1.0-$i-test --name livepatch_7 --function foo_ioctl --object nfsd --function nfsd_open,2 \
			--filler 20000 --seed 7 --build-id "$(module_id $i)" -o livepatch_7-$i.ko
	done
	write_spec spec.yaml "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	SOURCE_DATE_EPOCH=1790000000 lppack create spec.yaml --key key.key -o b.lpb > /dev/null || exit 99
}

# A machine below DIRECTORY that runs the kernel RELEASE and trusts the key.
use_host()
{
	mkdir -p "$1"/{sys/kernel/livepatch,sys/module,proc/sys/kernel,proc/self,etc/lppack/keys.d}
	echo "$2" > "$1/proc/sys/kernel/osrelease"
	echo '#1 SMP PREEMPT_DYNAMIC test' > "$1/proc/sys/kernel/version"
	echo x86_64 > "$1/proc/sys/kernel/arch"
	mkmodule --kind notes --release "$2" -o "$1/sys/kernel/notes"
	cp "$tests_cli/test.pub" "$1/etc/lppack/keys.d/vendor.pub"
}

# use_machine: h, which runs 6.1.0-1-test and trusts the key; its vmlinuz, and livepatch_7.ko for it. Bundles are made at a
# fixed time.
use_machine()
{
	export SOURCE_DATE_EPOCH=1790000000
	use_host h 6.1.0-1-test
	use_key
	mkmodule --kind vmlinuz --release 6.1.0-1-test -o vmlinuz
	mkmodule --release 6.1.0-1-test --name livepatch_7 --function foo_ioctl --build-id "$(module_id 1)" -o livepatch_7.ko
}

# build_release NAME LINE...: NAME.lpb of that module, by NAME.yaml with these lines.
build_release()
{
	printf '%s\n' "${@:2}" 'kernels:' '  - module: livepatch_7.ko' '    kernel: vmlinuz' > "$1.yaml"
	lppack create "$1.yaml" --threads 1 --level 1 --key key.key -o "$1.lpb" > /dev/null || exit 99
}

unhex()
{
	local hex=$1 escaped=

	for ((; ${#hex}; )); do
		escaped+=\\x${hex:0:2}
		hex=${hex:2}
	done
	printf %b "$escaped"
}

# use_patch DIRECTORY NAME [BUILD-ID]: a livepatch in force there.
use_patch()
{
	local patch=$1/sys/kernel/livepatch/$2 module=$1/sys/module/$2

	mkdir -p "$patch" "$module/notes"
	echo 1 > "$patch/enabled"
	echo 0 > "$patch/transition"
	echo 1 > "$patch/replace"
	echo live > "$module/initstate"
	echo 1 > "$module/refcnt"
	echo OK > "$module/taint"
	[ -n "${3:-}" ] || return 0
	# A note of 4 bytes of name and 20 of description: type 3 is the build ID.
	unhex "040000001400000003000000474e5500$3" > "$module/notes/.note.gnu.build-id"
}

# record_applied ROOT BOOT_ID: the state of ROOT says that what standard input names was applied in that boot; nothing of
# it if that is empty. What boots begin with stays as it is.
record_applied() {
	local file=$1/var/lib/lppack/state.yaml target= applied
	[ ! -e "$file" ] || target=$(sed -n '/^target:/p' "$file")
	applied=$(sed 's/^[[:space:]]*/  /')
	mkdir -p "$1/var/lib/lppack"
	{
		echo 'format: 1'
		[ -z "$target" ] || echo "$target"
		printf 'boot_id: "%s"\nforced: false\nmodules: []\n' "$2"
		[ -z "$applied" ] || printf '%s\n' 'applied:' "$applied" '  builder: "unknown"' '  replace: "proved"' \
			'  objects: []' '  states: []' '  rollback_floor: 0'
	} > "$file.new"
	mv "$file.new" "$file"
}
