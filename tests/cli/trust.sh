#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack trust: keys in and out, and policies that follow each other.
. "$(dirname "$0")/lib.sh"
use_bundle
declare -A id=()
for key in a b c; do
	id[$key]=$(lppack keygen -o $key --json | sed -n 's/.*"id": "\(.*\)".*/\1/p')
done
id[key]=$(lppack show --json --keys key.pub b.lpb | sed -n 's/^ *"id": "\([0-9a-f]*\)".*/\1/p')
mkdir m
admin=m/etc/lppack/keys.d
vendor=m/usr/lib/lppack/keys.d

# mode FILE MODE
mode()
{
	[ "$(stat -c %a "$1")" = "$2" ] || echo "$1 has mode $(stat -c %a "$1"), not $2"
}

refused "no word" USAGE 'trust: list\|add\|remove\|test\|update\|sign .*is missing' 'lppack trust' trust
refused "an unknown word" USAGE "trust: unknown word 'lst'" 'say list, add, remove, test, update or sign' trust lst
refused "a word without its file" USAGE 'trust add: the argument is missing' 'lppack trust add FILE\.\.\.' trust add
refused "a word with too much" USAGE 'trust list: too many arguments' 'lppack trust list$' trust list a.pub
refused "an option of another word" USAGE 'trust list: --name does not go with it' '' trust list --name x
refused "a private key for a word that signs nothing" USAGE 'trust add: --key does not go with it' '' trust add --root m a.pub --key a.key

{ try OK trust list --root m; says "$out" 'No key is trusted: no bundle will be accepted'; says "$out" 'No policy is installed'; } |
	ok "a machine that trusts nobody"
{
	umask 077
	try OK trust add --root m key.pub
	umask 022
	says "$out" "^m/etc/lppack/keys\\.d/key\\.pub: key"
	says "$out" "key id +${id[key]}"
	cmp key.pub $admin/key.pub
	mode $admin/key.pub 644
	mode $admin 755
	mode m/etc/lppack 755
} | ok "a key is added, and everybody may read it"
works "and it counts" verify -q --root m b.lpb
refused "not twice" EXISTS "$admin/key\\.pub: exists already" 'another name' trust add --root m key.pub
works "under another name" trust add --root m --name other.pem key.pub
{
	try OK trust list --root m --json
	json "['keys'].__len__()" 2
	json "['keys'][1]['id']" "'${id[key]}'"
	json "['keys'][1]['kind']" "'key'"
	json "['policy']['threshold']" 1
} | ok "list tells the files"
refused "a file that is no key" KEY 'spec\.yaml: ' '' trust add --root m --name x.pub spec.yaml
refused "a private key" KEY 'a\.key: .*private key' 'keep the private key off' trust add --root m --name x.pub a.key
refused "a name that is no key file's" USAGE "'a\\.key': the name of a key's file ends in" '--name' trust add --root m a.key
refused "a name elsewhere" USAGE "'\\.\\./x\\.pub': " '--name' trust add --root m --name ../x.pub a.pub
refused "a hidden name" USAGE "'\\.x\\.pub': " '--name' trust add --root m --name .x.pub a.pub
chmod g+w $admin
refused "a directory that others can change" UNSAFE_FILE "$admin: can be changed by its group" "chmod go-w $admin" trust add --root m a.pub
chmod g-w $admin

{
	try OK trust remove --root m --json "${id[key]}"
	json "['removed']" "['$admin/key.pub', '$admin/other.pem']"
	ls -A $admin
} | ok "by its id a key goes with every file that holds it"
refused "a key that is not there" NO_KEYS "'${id[key]}': no such key" 'trust list' trust remove --root m "${id[key]}"
refused "a file that is not there" NO_KEYS "'x\\.pub': no such key" 'trust list' trust remove --root m x.pub
mkdir -p $vendor
cp key.pub $vendor/vendor.pub
works "the vendor's key" verify -q --root m b.lpb
{
	try OK trust remove --root m vendor.pub
	says "$out" 'masked +vendor\.pub'
	[ "$(readlink $admin/vendor.pub)" = /dev/null ] || ls -l $admin
	cmp key.pub $vendor/vendor.pub
} | ok "the vendor's key is masked, as its file is the vendor's"
refused "and no longer counts" NO_KEYS 'no trusted key' '' verify --root m b.lpb
{ try OK trust list --root m; says "$out" "$admin/vendor\\.pub: mask$"; says "$out" "$vendor/vendor\\.pub: masked$"; } | ok "list tells masks"
rm $admin/vendor.pub
works "an own key over the vendor's" trust add --root m --name vendor.pub a.pub
{
	try OK trust remove --root m "${id[a]}"
	[ "$(readlink $admin/vendor.pub)" = /dev/null ] || echo "the vendor's key of that name is back"
	try NO_KEYS verify --root m b.lpb
} | ok "removing an own key brings no other back"

# By what else a key counts: each is named, with what ends it.
rm -r m/etc $vendor/vendor.pub
mkdir -p $admin
cp key.pub $admin/one.pub
cp key.pub $admin/two.pub
{
	try STILL_TRUSTED trust remove --root m one.pub
	says "$out" '^one\.pub: still trusted$'
	says "$err" "^lppack: warning: one\.pub: key ${id[key]:0:16}\.\.\. still counts by the file $admin/two\.pub$"
	says "$err" "^lppack: hint: lppack trust remove ${id[key]}$"
	try OK verify -q --root m b.lpb
} | ok "a second file"
{
	try OK trust remove --root m two.pub
	says "$out" '^two\.pub: the file is gone$'
	says "$err" 'warning: no key is trusted any more'
} | ok "the last file"
cp key.pub $admin/one.pub
{
	printf 'format: 1\nversion: 1\ncreated: 2026-01-01T00:00:00Z\nkeys:\n  - id: %s\n    public_key: %s\n' "${id[key]}" "$(grep ^MC key.pub)"
	printf '  - id: %s\n' "${id[a]}"
} > m/etc/lppack/policy.yaml
{
	try STILL_TRUSTED trust remove --root m --json "${id[key]}"
	json "['still'][0]['by']" "'policy'"
	json "['still'][0]['file']" "'m/etc/lppack/policy.yaml'"
	json "['still'][0]['end']" "'add ${id[key]} to revoked_keys of m/etc/lppack/policy.yaml'"
	json "['left']" 1
	try OK verify -q --root m b.lpb
} | ok "the policy's public_key"
cp key.pub $admin/one.pub
printf 'revoked_keys:\n  - id: %s\n' "${id[key]}" >> m/etc/lppack/policy.yaml
works "a key that is revoked too" trust remove --root m "${id[key]}"
cp key.pub $admin/one.pub
echo 'version: nonsense' > m/etc/lppack/policy.yaml
{
	try OK trust remove --root m "${id[key]}"
	says "$err" 'warning: .*whether the key still counts cannot be said: m/etc/lppack/policy\.yaml'
	[ ! -e $admin/one.pub ] || echo "it is there"
} | ok "a policy that cannot be read"
if command -v openssl > /dev/null; then
	openssl req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 3650 \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
	openssl req -new -newkey rsa:3072 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf 2> /dev/null
	printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectKeyIdentifier=hash\n' > leaf.ext
	openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 3650 -extfile leaf.ext -out leaf.pem 2> /dev/null
	rm -f m/etc/lppack/policy.yaml $admin/*
	cp ca.pem leaf.pem $admin/
	{
		try STILL_TRUSTED trust remove --root m leaf.pem
		says "$err" "still counts by the authority $admin/ca\.pem$"
		says "$err" '^lppack: hint: add [0-9a-f]{64} to revoked_keys of /etc/lppack/policy\.yaml'
	} | ok "an authority above the certificate"
fi
rm -r m/etc
echo rubbish > $vendor/broken.pub
refused "a store with a broken file" KEY "$vendor/broken\\.pub: " '' trust list --root m
{ try OK trust remove --root m broken.pub; says "$out" "^broken.pub: the file is gone"; } | ok "and the broken file can be taken out by its name"
rm -r m; mkdir m

# policy FILE VERSION LINE...
policy()
{
	local file=$1 version=$2

	shift 2
	printf '%s\n' 'format: 1' "version: $version" 'created: 2026-03-01T00:00:00Z' "$@" > "$file"
}

policy p1 1 'threshold: 1'
works "the machine's first key" trust add --root m a.pub
refused "a policy that nobody signed" UNTRUSTED 'p1: not signed' 'lppack trust sign' trust update --root m p1
refused "signing needs a key" USAGE 'trust sign: --key FILE is missing' '' trust sign p1
{ try OK trust sign --key b.key p1; says "$out" "^p1\\.sigs/${id[b]}\\.ed25519$"; } | ok "a policy is signed"
refused "not twice" SIGNED "p1\\.sigs/${id[b]}\\.ed25519: the key has signed it already" 'remove that file' trust sign --key b.key p1
refused "what is no policy is not signed" POLICY 'spec\.yaml:1: unknown key' '' trust sign --key a.key spec.yaml
refused "a policy by a stranger" UNTRUSTED 'p1: the signature is not by a trusted key' "if you trust key ${id[b]}" trust update --root m p1
{ try UNTRUSTED trust test --root m p1; says "$out" '^p1: REFUSED$'; says "$out" "${id[b]}  ed25519  unknown-key"; } | ok "test tells so"
works "one more signature" trust sign --key a.key p1
{ snapshot > "$scratch/io/before"; try OK trust test --root m p1; says "$out" '^p1: trusted$'; snapshot | diff "$scratch/io/before" -; } |
	ok "test changes nothing"
{
	umask 077
	try OK trust update --root m p1 --json
	umask 022
	json "['from']" 0
	json "['to']" 1
	json "['file']" "'m/etc/lppack/policy.yaml'"
	json ".get('kept')" None
	cmp p1 m/etc/lppack/policy.yaml
	mode m/etc/lppack/policy.yaml 644
} | ok "the first policy"
refused "the same again" DOWNGRADE 'p1: version 1, but version 1 is installed \(rule version\)' 'newer policy' trust update --root m p1
printf ' ' >> p1
refused "a policy changed after it was signed" BAD_SIGNATURE 'p1: .*the signature does not fit' '' trust update --root m p1

# N needs a and b from 2 on; 3 hands over to b and c.
keys_ab=('threshold: 2' 'keys:' "  - id: ${id[a]}" "  - id: ${id[b]}" "    public_key: $(grep -v -e ----- b.pub)")
policy p2 2 "${keys_ab[@]}"
lppack trust sign --key a.key p2 > /dev/null
refused "a policy whose own rule is not met" THRESHOLD 'by the new policy itself: p2: 1 of 2' 'trust test' trust update --root m p2
{ try THRESHOLD trust test --root m --json p2; json "['judged_by']" "'own'"; json "['rule']" "'threshold'"; json "['good']" 1; } |
	ok "test tells whose rule"
works "both" trust sign --key b.key p2
policy p3 3 'threshold: 2' 'keys:' "  - id: ${id[b]}" "    public_key: $(grep -v -e ----- b.pub)" "  - id: ${id[c]}" \
	"    public_key: $(grep -v -e ----- c.pub)"
lppack trust sign --key b.key --key c.key p3 > /dev/null
refused "a version left out" UNTRUSTED 'p3: none of the signatures' '' trust update --root m p3
{ try OK trust update --root m p2; says "$out" 'version +2, after 1'; says "$out" 'kept +m/etc/lppack/policy\.yaml\.1$'; } | ok "the second"
refused "the installed rule is not met: c is no key of version 2" THRESHOLD 'p3: 1 of 2 ' '' trust update --root m p3
works "a signs its own end" trust sign --key a.key p3
policy p4 4 'threshold: 2' 'keys:' "  - id: ${id[b]}" "    public_key: $(grep -v -e ----- b.pub)" "  - id: ${id[c]}" \
	"    public_key: $(grep -v -e ----- c.pub)" 'update:' '  threshold: 1' "  keys: [${id[c]}]"
lppack trust sign --key b.key --key c.key p4 > /dev/null
refused "a gap" THRESHOLD 'p4: 1 of 2' '' trust update --root m p4
{ try POLICY trust update --root m p3 p3; } > /dev/null
refused "a chain with a bad end installs nothing" DOWNGRADE 'p3: version 3, but version 3' '' trust update --root m p3 p3
{ try OK trust update --root m p3 p4; says "$out" 'version +4, after 2'; says "$out" 'kept +m/etc/lppack/policy\.yaml\.2$'; cmp p4 m/etc/lppack/policy.yaml; } |
	ok "a chain"
policy p5 5 'threshold: 1'
lppack trust sign --key b.key p5 > /dev/null
refused "a key that may not sign policies" UNTRUSTED 'p5: no signature counts \(rule update\)' '' trust update --root m p5
works "the one that may, and one of the new policy's" trust sign --key c.key --key a.key p5
policy p6 6 'threshold: 1'
lppack trust sign --key c.key p6 > /dev/null
refused "a version that does not follow" POLICY 'p6: version 6 does not follow version 4 \(rule version\)' 'name the versions between' \
	trust update --root m p6
mkdir m/etc/lppack/policy.yaml.4
cp m/etc/lppack/policy.yaml before
{ try USAGE trust update --root m p5; says "$err" 'm/etc/lppack/policy\.yaml\.4: names a directory'; cmp before m/etc/lppack/policy.yaml; } |
	ok "a disk that does not take the old one"
rmdir m/etc/lppack/policy.yaml.4
exec {held}> m/run/lppack/lock
flock "$held"
refused "an update beside another" BUSY 'm/run/lppack/lock: held by another lppack' 'try again' trust update --root m p5
exec {held}>&-
works "the fifth" trust update --root m p5
: > p5.sigs/README
refused "a file that is no signature" STRUCTURE 'p5: signatures/README: not the name' '' trust update --root m p5
chmod g+w m/etc/lppack/policy.yaml
refused "an installed policy that others can change" UNSAFE_FILE 'm/etc/lppack/policy\.yaml: can be changed by its group' 'chmod go-w' \
	trust update --root m p6

for sample in "$top_srcdir"/samples/policies/*.yaml; do
	cp "$sample" .
	{ try OK trust sign --key a.key "${sample##*/}"; silent "$err"; } | ok "a sample: ${sample##*/}"
done

# Signed elsewhere, by the plain openssl command line: the encoding, the signature, and the key's id are all there is.
if command -v openssl > /dev/null && openssl pkeyutl -help 2>&1 | grep -q rawin; then
	chmod g-w m/etc/lppack/policy.yaml
	{
		{ printf 'DSSEv1 32 application/vnd.lppack.policy.v1 %s ' "$(stat -c %s p6)"; cat p6; } > message
		rm -r p6.sigs
		mkdir p6.sigs
		openssl pkeyutl -sign -rawin -inkey a.key -in message -out signature
		openssl pkey -in a.key -pubout -outform DER > spki
		cat spki signature > "p6.sigs/$(sha256sum < spki | cut -d ' ' -f 1).ed25519"
		try OK trust update --root m p6
	} | ok "a policy signed with openssl"
else
	skip "a policy signed with openssl" "no openssl that signs raw"
fi

# Another machine's links are followed below its root.
for link in etc etc/lppack etc/lppack/keys.d; do
	rm -rf outside o
	mkdir -p outside/lppack/keys.d "o/$(dirname $link)"
	ln -s "$PWD/outside" o/$link
	{
		try IO trust add --root o key.pub
		find outside -type f
	} | ok "no key goes out of the root: $link"
done
{
	rm -rf outside o
	mkdir -p outside o/etc/lppack/keys.d
	cp key.pub outside/
	ln -s "$PWD/outside/key.pub" o/etc/lppack/keys.d/key.pub
	try IO trust list --root o
	try OK trust remove --root o key.pub
	ls outside/key.pub > /dev/null
} | ok "and none comes from outside"

done_testing
