# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes small valid bundles of two kernels, one the other's base, and the keys that they are verified by, into a folder:
ed25519.lpb, cms.lpb and both.lpb, each with a .pub of its name. Of the last, only the CMS signature is trusted.
"""
import os
import sys

import hostile
import lpb
import lpb_cms

SIGNER = lpb_cms.ec_key(b"lppack CMS test key")
AUTHORITY = lpb_cms.ec_key(b"lppack CMS test authority")


def small(keys, with_cms):
    made = hostile.kernels()[:2]
    chain = [lpb_cms.certificate(SIGNER, "signer", issuer="authority", issuer_key=AUTHORITY),
             lpb_cms.certificate(AUTHORITY, "authority", 2, ca=True)]
    notes = {}

    def keep(text):
        notes["text"] = text
        return text

    def sign(found):
        return sorted(found + [lpb_cms.signature(SIGNER, notes["text"], chain)]) if with_cms else found
    bundle = hostile.bundle(made, keys, fixes={"fixes": [], "unfixable": [], "withdrawn": []})
    return lpb.write(bundle, manifest_text=keep, signatures=sign)


def main(folder):
    for name, keys, with_cms, trusted in (("ed25519", [hostile.KEY], False, hostile.KEY),
                                          ("cms", [], True, SIGNER), ("both", [hostile.KEY], True, SIGNER)):
        for suffix, data in ((".lpb", small(keys, with_cms)), (".pub", trusted.public_pem())):
            with open(os.path.join(folder, name + suffix), "wb") as out:
                out.write(data)


if __name__ == "__main__":
    main(sys.argv[1])
