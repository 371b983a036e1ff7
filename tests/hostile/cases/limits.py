# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 12: limits. What claims to be large is refused before memory is allocated for it: run.py watches that."""
from hostile import *


def claims(name, size):
    return lambda: write(members=with_header(name, lambda h: lpb.seal(h[:124] + b"%011o " % size + h[136:])))


add("l1_manifest_8_gib", "M1 L1", "The manifest's header claims 8 GiB.", "LIMIT",
claims("manifest.yaml", 0o77777777777))
add("l1_manifest_1_mib", "M1 L1", "The manifest's header claims 1 MiB.", "LIMIT", claims("manifest.yaml", 1 << 20))
add("l1_signature_8_gib", "S4 L1", "A signature's header claims 8 GiB.", "LIMIT", claims("signatures/", 0o77777777777))
add("l1_magic_8_gib", "A1 A2 L1", "The first header claims 8 GiB.", "NOT_BUNDLE", claims("lppack", 0o77777777777))


@case("M6 L1", "STRUCTURE")
def l1_all_limits_at_2_53():
    """Everything is as large as numbers go."""
    def change(manifest):
        most = 2 ** 53 - 1
        manifest["limits"] = {key: most for key in manifest["limits"]}
        manifest["kernels"] = most
        manifest["fixes"]["size"] = manifest["fence"]["size"] = most
        manifest["pages_size"] = manifest["payload_size"] = most
        return manifest
    return write(manifest=change)


@case("A5 L1 A1", "TRUNCATED")
def l1_sixty_thousand_kernels():
    """A small file claims 65,536 kernels, with sizes that fit."""
    def change(manifest):
        manifest["kernels"] = 65536
        manifest["pages_size"] = 2048 * 4096
        manifest["fence"]["size"] = 2048 * 64
        manifest["payload_size"] = 1 << 33
        return manifest
    return write(manifest=change)


@case("L1 I5", "LIMIT")
def l1_record_of_4_gib():
    """A record claims sizes of 4 GiB; the manifest allows the most that it may."""
    def change(records):
        for key in ("metadata_size", "frame_size", "module_size"):
            records[1][key] = 0xffffffff
        return records
    return write(records=change, manifest=setting("limits", {"module_size": 64 << 20, "frame_size": 65 << 20,
                                                             "metadata_size": 1 << 20, "base_depth": 1}))


@case("L1 M6", "STRUCTURE")
def l1_33_features():
    """33 features that may be ignored."""
    return write(manifest=setting("compat", ["f%02d" % i for i in range(33)]))


@case("L1", "OK")
def l1_32_features():
    """32 features that may be ignored."""
    return write(manifest=setting("compat", ["f%02d" % i for i in range(32)]))
