#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts a certificate of ours into a kernel: implant.py VMLINUZ OUT [CERTIFICATE.der]

OUT is the uncompressed vmlinux of an x86 bzImage, which QEMU boots by its PVH note, with the certificate in place of those
that the kernel was built with (certs/system_certificates.S: the list, then its size and that of its first member, each in
eight bytes that are aligned to eight). Without a certificate only the room for one is printed, in bytes.
"""
import struct
import subprocess
import sys

SECTOR = 512
MAGICS = (
    (b"\x02\x21\x4c\x18", ("lz4", "-dc")),
    (b"\x28\xb5\x2f\xfd", ("zstd", "-dcq")),
    (b"\xfd7zXZ\x00", ("xz", "-dc", "--single-stream")),
    (b"\x1f\x8b", ("gzip", "-dc")),
)


def unpack(path):
    """Documentation/arch/x86/boot.rst: payload_offset, payload_length; the last four bytes are the size of it unpacked."""
    image = open(path, "rb").read()
    if image[0x202:0x206] != b"HdrS":
        sys.exit(f"{path}: no bzImage")
    start, size = struct.unpack_from("<II", image, 0x248)
    start += (image[0x1F1] + 1) * SECTOR
    payload = image[start : start + size - 4]
    for magic, command in MAGICS:
        if payload.startswith(magic):
            return bytearray(subprocess.run(command, input=payload, stdout=subprocess.PIPE, check=True).stdout)
    sys.exit(f"{path}: packed in a way that is not known here")


def find_list(kernel):
    """Where the list begins, and its size, which stands behind it: nothing else looks so."""
    found = []
    at = kernel.find(b"\x30\x82")
    while at >= 0:
        end = at
        while kernel[end : end + 2] == b"\x30\x82" and at % 8 == 0:
            end += 4 + struct.unpack_from(">H", kernel, end + 2)[0]
            after = (end + 7) // 8 * 8
            if kernel[after : after + 8] == struct.pack("<Q", end - at):
                found.append((at, end - at))
        at = kernel.find(b"\x30\x82", at + 1)
    if len(found) != 1:
        sys.exit(f"{len(found)} places look like the list of certificates")
    return found[0]


def implant(kernel, certificate):
    at, size = find_list(kernel)
    sizes = (at + size + 7) // 8 * 8
    if len(certificate) > size:
        sys.exit(f"the certificate has {len(certificate)} bytes, and there is room for {size}")
    kernel[at : at + size] = certificate.ljust(size, b"\0")
    struct.pack_into("<Q", kernel, sizes, len(certificate))
    if struct.unpack_from("<Q", kernel, sizes + 8)[0]:
        struct.pack_into("<Q", kernel, sizes + 8, len(certificate))


def main():
    kernel = unpack(sys.argv[1])
    if len(sys.argv) == 3:
        print(find_list(kernel)[1])
        return
    implant(kernel, open(sys.argv[3], "rb").read())
    open(sys.argv[2], "wb").write(kernel)


if __name__ == "__main__":
    main()
