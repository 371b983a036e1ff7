#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is installed to take trust away and takes none is told where it is met: trust list, trust test, apply, status.
. "$(dirname "$0")/lib.sh"
use_machine
build_release b 'stream: web' 'serial: 7'
lppack install --no-apply --root h b.lpb > /dev/null 2>&1 || exit 99
admin=h/etc/lppack/keys.d
vendor=h/usr/lib/lppack/keys.d
mkdir -p $vendor
id=$(lppack keygen -o other --json | sed -n 's/.*"id": "\(.*\)".*/\1/p')

# policy FILE VERSION LINE...
policy()
{
	mkdir -p "${1%/*}"
	printf '%s\n' 'format: 1' "version: $2" 'created: 2026-03-01T00:00:00Z' "${@:3}" > "$1"
}

# told NAME KIND FILE WORDS: by all four, and the bundle is judged as ever.
told()
{
	{
		try OK trust list --root h
		says "$err" "^lppack: warning: $3: .*$4"
		grep -q '^lppack: hint: ' "$err" || echo "no hint"
		try OK trust list --root h --json
		json "['warnings'][0]['kind']" "'$2'"
		json "['warnings'][0]['file']" "'$3'"
		json "['warnings'].__len__()" 1
		try OK trust test --root h b.lpb
		says "$err" "^lppack: warning: $3: .*$4"
		try OK apply --dry-run --root h b.lpb
		says "$err" "^lppack: warning: b\\.lpb: $3: .*$4"
		try BEHIND status --root h --check
		says "$out" "^NO_EFFECT: $3: .*$4"
		try OK status --root h --json
		json "['findings'][-1]['code'], d['findings'][-1]['severity']" "(88, 'warning')"
	} | ok "$1"
}

# untold NAME
untold()
{
	{
		try OK trust list --root h
		silent "$err"
		try OK trust test --root h b.lpb
		silent "$err"
		try BEHIND status --root h --check
		grep NO_EFFECT "$out"
	} | ok "$1"
}

untold "a machine as it should be"
ln -s /dev/null $admin/gone.pub
told "a mask of nothing" mask-of-nothing $admin/gone.pub 'masks nothing'
cp other.pub $vendor/gone.pub
untold "a mask of something"
rm $vendor/gone.pub $admin/gone.pub
cp other.pub $vendor/other.pub
ln -s /dev/null $admin/other.pem
told "a mask of another suffix" mask-of-nothing $admin/other.pem 'masks nothing'
{ try OK verify -q --root h b.lpb; silent "$err"; } | ok "verify says nothing of it"
rm $admin/other.pem $vendor/other.pub

policy h/etc/lppack/policy.yaml 2
policy h/usr/lib/lppack/policy.yaml 3 'revoked_keys:' "  - id: $id"
hidden=h/usr/lib/lppack/policy.yaml
{
	try OK trust list --root h
	says "$err" "warning: h/etc/lppack/policy.yaml hides the newer $hidden: version 2 counts, and not 3"
	try OK trust list --root h --json
	json "['warnings'][0]['kind'], d['warnings'][0]['file']" "('policy-hidden', '$hidden')"
	try OK apply --dry-run --root h b.lpb
	says "$err" 'hides the newer'
	try BEHIND status --root h --check
	says "$out" '^NO_EFFECT: h/etc/lppack/policy.yaml hides the newer'
} | ok "a newer policy of the package that is hidden"
policy $hidden 2
untold "one that is not newer"
echo rubbish > $hidden
{ try OK trust list --root h; says "$err" 'hides a policy that cannot be read'; } | ok "one that cannot be read"
rm $hidden

policy h/etc/lppack/policy.yaml 3 'revoked_keys:' "  - id: $id" '    reason: stolen'
{
	try OK trust add --root h other.pub
	says "$err" 'warning: other\.pub: is revoked by h/etc/lppack/policy\.yaml'
	rm $admin/other.pub
	try OK trust add --root h --json other.pub
	json "['revoked_by']" "'h/etc/lppack/policy.yaml'"
} | ok "a revoked key that is added again"
told "stays told" key-revoked $admin/other.pub 'is revoked by h/etc/lppack/policy\.yaml, and counts for nothing'
rm $admin/other.pub
untold "until it is gone"
rm h/etc/lppack/policy.yaml

command -v openssl > /dev/null || { skip "lists of authorities" "there is no openssl"; done_testing; exit; }

# authority NAME SUBJECT [ISSUER]: NAME.key, NAME.pem. Its key stays where there is one.
authority()
{
	[ -e "$1.key" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2> /dev/null
	printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n' > ca.ext
	openssl req -new -key "$1.key" -subj "/CN=$2" -out ca.csr
	if [ -n "${3:-}" ]; then
		openssl x509 -req -in ca.csr -CA "$3.pem" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 8)" -days 3650 -extfile ca.ext -out "$1.pem"
	else
		openssl x509 -req -in ca.csr -signkey "$1.key" -days 3650 -extfile ca.ext -out "$1.pem"
	fi 2> /dev/null
}

# list NAME KEY CERT REVOKED...: NAME.crl by that key, under that name, with these certificates.
list()
{
	local name=$1 key=$2 cert=$3 revoked

	shift 3
	rm -rf db
	mkdir db
	: > db/index
	echo 01 > db/number
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=db/index\ncrlnumber=db/number\ndefault_md=sha256\ndefault_crl_days=3650\n' > ca.cnf
	printf 'crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid:always,issuer:always\n' >> ca.cnf
	for revoked; do openssl ca -config ca.cnf -keyfile "$key.key" -cert "$cert.pem" -revoke "$revoked.pem" 2> /dev/null; done
	openssl ca -config ca.cnf -keyfile "$key.key" -cert "$cert.pem" -gencrl -out "$name.crl" 2> /dev/null
}

unset SOURCE_DATE_EPOCH
crls=h/etc/lppack/crls.d
mkdir -p $crls
authority root root
authority other-root root
authority issuing issuing root
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out leaf.key 2> /dev/null
openssl req -new -key leaf.key -subj /CN=leaf -out leaf.csr
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectKeyIdentifier=hash\n' > leaf.ext
openssl x509 -req -in leaf.csr -CA issuing.pem -CAkey issuing.key -set_serial 7 -days 3650 -extfile leaf.ext -out leaf.pem 2> /dev/null
list root root root
list strange other-root other-root
list issuing issuing issuing leaf
cp root.pem $admin/
cp root.crl $crls/
untold "a list of an authority that is there"
cp strange.crl $crls/
told "a list of another key under its name" crl-of-nobody $crls/strange.crl 'no authority that is trusted here has issued it'
mv $crls/strange.crl $crls/strange.der
told "a list that its name hides" crl-ignored $crls/strange.der 'is ignored: the name of a revocation list ends in'
rm $crls/strange.der
cp issuing.crl $crls/
{ try OK trust list --root h; says "$err" "warning: $crls/issuing\\.crl: no authority that is trusted here has issued it"; } |
	ok "a list of an authority between, which is not there"
sed -i 's/^serial: .*/serial: 8/' b.yaml
cat leaf.pem > cert.pem
lppack create b.yaml --threads 1 --level 1 --key leaf.key --cert cert.pem --chain issuing.pem -o leaf.lpb > /dev/null || exit 99
{
	try REVOKED trust test --root h leaf.lpb
	silent "$err"
	try OK trust test --root h b.lpb
	says "$err" 'issuing\.crl'
} | ok "but a bundle may embed it, and then the list counts"
cp issuing.key again.key
authority again issuing root
lppack create b.yaml --threads 1 --level 1 --key leaf.key --cert cert.pem --chain again.pem -o again.lpb > /dev/null || exit 99
{
	cmp -s issuing.pem again.pem && echo "the certificate is the same"
	try REVOKED verify --root h again.lpb
} | ok "also by another certificate of the authority's key, whatever its serial"
cp issuing.pem leaf.pem $admin/
{
	try OK trust list --root h
	says "$err" "warning: $admin/leaf\\.pem: is revoked by $crls/issuing\\.crl, but counts all the same"
	rm $admin/leaf.pem
	try OK trust add --root h leaf.pem
	says "$err" "warning: leaf\\.pem: is revoked by $crls/issuing\\.crl"
} | ok "a certificate that was revoked and is added again"

done_testing
