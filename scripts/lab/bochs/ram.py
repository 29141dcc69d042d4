#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""ram.py VMLINUX INITRD MIB OUT CMDLINE: a PC that has a kernel in its RAM.

Writes into the folder OUT the RAM image, the ROM that starts it (rom.S) and
memory.rc, the lines of bochsrc which say so.  No drive, no boot loader, no
decompression: seconds instead of a minute.
"""
import os
import struct
import subprocess
import sys

BASE = 0x1000000        # physical address of a kernel as linked by default
PAGE = 0x1000
HUGE = 0x200000
BLOCK_KIB = 8192        # rom.S touches the image in steps of this


def align(value, size):
    return (value + size - 1) // size * size


class Image:
    """Bytes from BASE upwards."""

    def __init__(self):
        self.data = bytearray()

    def end(self):
        return BASE + len(self.data)

    def pad(self, size):
        self.data.extend(bytes(align(len(self.data), size) - len(self.data)))

    def put(self, address, data):
        offset = address - BASE
        if offset < 0:
            sys.exit(f"segment at {address:#x} is below {BASE:#x}")
        self.data.extend(bytes(max(0, offset + len(data) - len(self.data))))
        self.data[offset:offset + len(data)] = data

    def append(self, data):
        self.pad(PAGE)
        address = self.end()
        self.data += data
        return address


def load_elf(image, elf):
    """Put the PT_LOAD segments in place; returns the entry point."""
    entry, phoff = struct.unpack_from("<QQ", elf, 24)
    size, count = struct.unpack_from("<HH", elf, 54)
    end = BASE
    for i in range(count):
        kind, _, offset, _, address, filesz, memsz, _ = struct.unpack_from(
            "<IIQQQQQQ", elf, phoff + i * size)
        if kind == 1:
            image.put(address, elf[offset:offset + filesz])
            end = max(end, address + memsz)
    image.put(align(end, HUGE) - 1, b"\0")
    return entry


def zero_page(address, initrd, initrd_size, cmdline):
    """struct boot_params with the setup header, and the command line behind it
    (Documentation/x86/boot.rst, zero-page.rst)."""
    page = bytearray(2 * PAGE)
    page[PAGE:PAGE + len(cmdline)] = cmdline
    struct.pack_into("<H", page, 0x1fe, 0xaa55)
    page[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", page, 0x206, 0x020f)     # protocol 2.15
    page[0x210] = 0xff                              # type_of_loader: none known
    page[0x211] = 1                                 # LOADED_HIGH
    struct.pack_into("<II", page, 0x218, initrd, initrd_size)
    struct.pack_into("<I", page, 0x228, address + PAGE)
    struct.pack_into("<I", page, 0x230, HUGE)       # kernel_alignment
    struct.pack_into("<I", page, 0x238, PAGE - 1)   # cmdline_size
    return page


def rom(out, **symbols):
    """Assemble rom.S; all bytes of an option ROM add up to 0."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rom.S")
    defines = [f"--defsym={name}={value}" for name, value in symbols.items()]
    subprocess.check_call(["as", "--32", *defines, source, "-o", out + "/rom.o"])
    subprocess.check_call(["objcopy", "-O", "binary", "-j", ".text",
                           out + "/rom.o", out + "/rom.bin"])
    with open(out + "/rom.bin", "r+b") as file:
        data = bytearray(file.read())
        data[511] = -sum(data) & 255
        file.seek(0)
        file.write(data)


def main():
    vmlinux, initrd, mib, out, cmdline = sys.argv[1:]
    memory = int(mib) << 20
    cmdline = cmdline.encode() + b"\0"
    if len(cmdline) > PAGE - 1:
        sys.exit("the command line is too long")
    image = Image()
    with open(vmlinux, "rb") as file:
        entry = load_elf(image, file.read())
    with open(initrd, "rb") as file:
        data = file.read()
    initrd_at = image.append(data)
    image.pad(PAGE)
    zp = image.append(zero_page(image.end(), initrd_at, len(data), cmdline))
    if image.end() > memory:
        sys.exit(f"kernel and initrd ({image.end() >> 20} MiB) exceed {mib} MiB")
    with open(out + "/ram.img", "wb") as file:
        file.write(image.data)
    with open(out + "/one", "wb") as file:
        file.write(b"\0")
    rom(out, ZP=zp, END=image.end(), ENTRY=entry, BASE=BASE)
    # the first two images make Bochs set up the first and the last block
    # before any of the kernel's
    with open(out + "/memory.rc", "w", encoding="ascii") as file:
        file.write(f"memory: guest={mib}, host={mib}, block_size={BLOCK_KIB}\n"
                   f"vgaromimage: file={out}/rom.bin\n"
                   f"optramimage1: file={out}/one, address=0x0\n"
                   f"optramimage2: file={out}/one, address={memory - 65536:#x}\n"
                   f"optramimage3: file={out}/ram.img, address={BASE:#x}\n")


main()
