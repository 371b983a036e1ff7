#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Keys that sign nothing and keys that verify nothing; each is told by its file.
. "$(dirname "$0")/lib.sh"
use_bundle
lppack keygen -o other > /dev/null
echo 'not a key' > garbage
: > empty
head -c 100000 /dev/zero > huge
head -c 80 key.pub > cut.pub
cat key.pub other.pub > two.pub
mkdir folder

mkfifo pipe

create=(create spec.yaml -o new.lpb)
cp key.key open.key
chmod 640 open.key
{
	try OK create -f spec.yaml -o opened.lpb --key open.key
	says "$err" '^lppack: warning: open\.key: a private key that others can open \(mode 0640\)$'
	says "$err" '^lppack: hint: .*chmod 600'
	try OK create -f spec.yaml -o opened.lpb --key key.key
	silent "$err"
} | ok "create: a private key that others can read"
# nothing_hangs NAME COMMAND...: within half a minute it fails, for want of anything to read.
nothing_hangs()
{
	local name=$1

	shift
	timeout 30 "${program[@]}" "$@" > "$out" 2> "$err" < /dev/null
	{ [ $? != 124 ] || echo "it hangs"; } | ok "$name: ends"
	says "$err" '^lppack: error: ' | ok "$name: with an error"
}
nothing_hangs "a pipe for a key that signs" "${create[@]}" --key pipe
nothing_hangs "a pipe for a trusted key" verify b.lpb --keys pipe
nothing_hangs "a pipe to be trusted" trust add --root m --name a.pub pipe
nothing_hangs "a pipe for a policy" trust update --root m pipe
nothing_hangs "a pipe for a policy to judge by" verify b.lpb --keys key.pub --policy pipe
nothing_hangs "a pipe for a module" inspect pipe
nothing_hangs "a pipe for a bundle" verify --keys key.pub pipe
# One that somebody has opened, and writes nothing to.
sleep 60 > pipe &
silent_writer=$!
nothing_hangs "a pipe that stays silent" trust add --root m --name a.pub pipe
says "$err" 'pipe: nothing to read within 10 seconds' | ok "and it says so"
kill $silent_writer
refused "create: no key" USAGE 'create: --key FILE\|URI is missing' 'create --help' "${create[@]}"
refused "create: a missing key" IO 'none: cannot be opened' 'check the path' "${create[@]}" --key none
refused "create: a public key" KEY 'key\.pub: .*it is a public key' 'name the \.key file' "${create[@]}" --key key.pub
refused "create: garbage" KEY 'garbage: not an unencrypted PEM private key' 'name the \.key file' "${create[@]}" --key garbage
refused "create: an empty file" KEY 'empty: not an unencrypted PEM private key' 'name the \.key file' "${create[@]}" --key empty
refused "create: a huge file" LIMIT 'huge: larger than' 'the file you mean' "${create[@]}" --key huge
refused "create: a directory" IO 'folder: cannot be read: Is a directory' 'name a file' "${create[@]}" --key folder
refused "create: one key twice" USAGE 'key [0-9a-f]{64} is named twice' 'each key once' "${create[@]}" --key key.key --key key.key
refused "create: one bad key of two" KEY 'garbage: ' 'name the \.key file' "${create[@]}" --key key.key --key garbage
if command -v openssl > /dev/null; then
	openssl pkey -in key.key -aes256 -passout pass:x -out encrypted.key
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2> /dev/null
	openssl pkey -in rsa.key -pubout -out rsa.pub
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2> /dev/null
	refused "create: an encrypted key, and nothing is asked" KEY 'encrypted\.key: needs a passphrase' '--passphrase-file' \
		"${create[@]}" --key encrypted.key
	refused "create: a weak RSA key" KEY 'rsa\.key: an RSA key of 2048 bits' 'lppack keygen' "${create[@]}" --key rsa.key
	refused "create: an EC key" KEY 'ec\.key: .*signs with a certificate only' '--cert' "${create[@]}" --key ec.key
	refused "verify: a weak RSA key" KEY 'rsa\.pub: an RSA key of 2048 bits' 'lppack keygen' verify b.lpb --keys rsa.pub
else
	for what in encrypted RSA EC "RSA public"; do skip "a key: $what" "no openssl"; done
fi
{
	keys=()
	for i in {1..17}; do
		lppack keygen -o "k$i" > /dev/null
		keys+=(--key "k$i.key")
	done
	try NO_KEYS "${create[@]}" "${keys[@]}"
	says "$err" 'signed by 1 to 16 keys'
	ls new.lpb 2> /dev/null
} | ok "create: 17 keys"

for verb in verify "extract --kernel vmlinuz-6.1.0-1-test -o folder"; do
	# shellcheck disable=SC2206
	command=($verb b.lpb --keys)
	name=${verb%% *}
	refused "$name: a missing key" IO 'none: cannot be opened' 'public key file or a directory' "${command[@]}" none
	refused "$name: a private key" KEY 'key\.key: .*it is a private key' 'name the \.pub file' "${command[@]}" key.key
	refused "$name: garbage" KEY 'garbage: not a PEM public key' 'name the \.pub file' "${command[@]}" garbage
	refused "$name: an empty file" KEY 'empty: not a PEM public key' 'name the \.pub file' "${command[@]}" empty
	refused "$name: a key that is cut off" KEY 'cut\.pub: not a PEM public key' 'name the \.pub file' "${command[@]}" cut.pub
	refused "$name: two keys in a file" KEY 'two\.pub: more than one key' 'one key in a file' "${command[@]}" two.pub
	refused "$name: an empty directory" NO_KEYS 'folder: no \*\.pem or \*\.pub file' 'put the vendor' "${command[@]}" folder
	refused "$name: the key of another" UNTRUSTED 'b\.lpb: the signature is not by a trusted key' 'if you trust key [0-9a-f]{64}, put its' \
		"${command[@]}" other.pub
	refused "$name: one bad key of two" KEY 'garbage: ' 'name the \.pub file' "${command[@]}" key.pub --keys garbage
done
refused "show: a missing key that was named" IO 'none: cannot be opened' 'public key file' show b.lpb --keys none

# A directory with one bad file trusts nobody.
mkdir keys
cp key.pub keys/good.pub
works "a directory of keys" verify -q b.lpb --keys keys
echo 'no key' > keys/README
works "other files in it are no keys" verify -q b.lpb --keys keys
cp garbage keys/z.pem
refused "garbage beside a good key" KEY 'keys/z\.pem: not a PEM public key' 'name the \.pub file' verify b.lpb --keys keys
rm keys/z.pem
mkdir keys/z.pub
refused "a directory beside a good key" IO 'keys/z\.pub: cannot be read: Is a directory' 'name a file' verify b.lpb --keys keys
rmdir keys/z.pub
ln -s nowhere keys/z.pub
refused "a link to nothing beside a good key" IO 'keys/z\.pub: cannot be opened' 'check the path' verify b.lpb --keys keys
rm keys/z.pub
cp key.pub keys/z.pub
chmod 000 keys/z.pub
held_to_modes refused "a key that may not be read" IO 'keys/z\.pub: cannot be opened: Permission denied' 'check the path' verify b.lpb --keys keys
chmod 000 keys
held_to_modes refused "a directory of keys that may not be read" IO 'keys: cannot be opened: Permission denied' 'public key file' verify b.lpb --keys keys
chmod 755 keys

# The machine's own keys.
no_keys='no trusted key in root/etc/lppack/keys\.d or root/usr/lib/lppack/keys\.d'
mkdir -p root
refused "a machine without the directories" NO_KEYS "$no_keys" 'root/etc/lppack/keys\.d/' verify b.lpb --root root
mkdir -p root/{etc,usr/lib}/lppack/keys.d
refused "a machine with empty ones" NO_KEYS "$no_keys" 'root/etc/lppack/keys\.d/' verify b.lpb --root root
cp key.pub root/usr/lib/lppack/keys.d/vendor.pub
works "a machine that trusts by its vendor" verify -q b.lpb --root root
cp other.pub root/etc/lppack/keys.d/vendor.pub
refused "the administrator's key masks the vendor's" UNTRUSTED 'b\.lpb: ' 'if you trust' verify b.lpb --root root
cp garbage root/etc/lppack/keys.d/vendor.pub
refused "a bad key of the administrator" KEY 'root/etc/lppack/keys\.d/vendor\.pub: not a PEM public key' 'name the \.pub' verify b.lpb --root root
rm -r root/etc/lppack/keys.d
echo > root/etc/lppack/keys.d
refused "a file instead of the directory" IO 'root/etc/lppack/keys\.d: cannot be opened: Not a directory' 'readable directory' \
	verify b.lpb --root root

done_testing
