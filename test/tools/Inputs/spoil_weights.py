#!/usr/bin/env python3
"""spoil_weights.py ARTIFACT: writes the words of the artifact's weights in the opposite order, in place."""

import struct
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    entry = archive.getinfo("weights.bin")
with open(sys.argv[1], "r+b") as file:
    file.seek(entry.header_offset)
    header = file.read(30)
    name, extra = struct.unpack("<HH", header[26:30])
    data = entry.header_offset + 30 + name + extra
    file.seek(data)
    words = memoryview(file.read(entry.file_size)).cast("I")[::-1].tolist()
    file.seek(data)
    file.write(struct.pack(f"<{len(words)}I", *words))
