#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""elf_of_bzimage.py BZIMAGE VMLINUX: the ELF file inside a bzImage.

The boot protocol (Documentation/x86/boot.rst) gives the compressed payload:
payload_offset and payload_length, counted from the protected-mode code, which
starts behind setup_sects + 1 sectors.
"""
import struct
import subprocess
import sys

DECOMPRESSORS = {
    b"\xfd7zXZ\0": ["xz", "-dc", "--single-stream"],
    b"\x28\xb5\x2f\xfd": ["zstd", "-dc"],
    b"\x02\x21\x4c\x18": ["lz4", "-dc"],
    b"\x1f\x8b": ["gzip", "-dc"],
}


def payload(image):
    """The compressed payload of a bzImage."""
    if image[0x202:0x206] != b"HdrS":
        sys.exit("not a bzImage")
    start = ((image[0x1f1] or 4) + 1) * 512
    offset, length = struct.unpack_from("<II", image, 0x248)
    return image[start + offset:start + offset + length]


def decompress(data):
    """The ELF file; the four bytes of length behind the stream are ignored,
    which some decompressors report as garbage."""
    for magic, command in DECOMPRESSORS.items():
        if data.startswith(magic):
            result = subprocess.run(command, input=data, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, check=False)
            if result.stdout.startswith(b"\x7fELF"):
                return result.stdout
    sys.exit("no ELF file found in the bzImage")


def main():
    with open(sys.argv[1], "rb") as source:
        elf = decompress(payload(source.read()))
    with open(sys.argv[2], "wb") as target:
        target.write(elf)


main()
