#!/usr/bin/env python3
"""embed.py OUT.cpp FOLDER FILE...: puts the page's files into a C++ source.

The bytes, plain and gzipped, come into the program by .incbin from copies in FOLDER.
"""

import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def incbin(symbol: str, path: pathlib.Path) -> str:
    return (
        f'asm(".section .rodata\\n"\n'
        f'    ".global {symbol}\\n"\n'
        f'    "{symbol}:\\n"\n'
        f'    ".incbin \\"{path}\\"\\n"\n'
        f'    ".previous\\n");\n'
        f'extern "C" const char {symbol}[];\n'
    )


def main() -> None:
    out, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    data, table = [], []
    for index, name in enumerate(sys.argv[3:]):
        file = pathlib.Path(name)
        plain = file.read_bytes()
        packed = gzip.compress(plain, compresslevel=9, mtime=0)
        symbol = f"sluice_web_asset_{index}"
        plain_copy, packed_copy = folder / file.name, folder / (file.name + ".gz")
        plain_copy.write_bytes(plain)
        packed_copy.write_bytes(packed)
        data.append(incbin(symbol, plain_copy.resolve()))
        data.append(incbin(symbol + "_gz", packed_copy.resolve()))
        path = "/" if file.name == "index.html" else "/assets/" + file.name
        etag = hashlib.sha256(plain).hexdigest()[:16]
        table.append(
            f'    {{"{path}", "{TYPES[file.suffix]}", "\\"{etag}\\"",\n'
            f"     {{{symbol}, {len(plain)}}}, {{{symbol}_gz, {len(packed)}}}}},\n"
        )
    out.write_text(
        '#include "control/web/asset_table.h"\n\n'
        + "".join(data)
        + "\nnamespace sluice::web {\n\n"
        + "std::span<const Asset> asset_table() {\n"
        + "  static const Asset kAssets[] = {\n"
        + "".join(table)
        + "  };\n  return kAssets;\n}\n\n}  // namespace sluice::web\n"
    )


main()
