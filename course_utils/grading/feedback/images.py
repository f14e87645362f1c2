"""Pictures: PNG and JPEG, known by their bytes, as data in the page."""

import base64
import binascii
from html import escape

MOST_BYTES = 2_000_000
MOST_PIXELS = 25_000_000
STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
SIZED = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of JPEG with a size


def size(kind: str, data: bytes) -> tuple[int, int]:
    """Width and height out of the file's header; (0, 0) if there are none."""
    if kind == "image/png":
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in SIZED:
            high, wide = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(wide), int.from_bytes(high)
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0


def picture(kind: str, encoded: object, alt: str) -> tuple[str, str]:
    """(HTML of the picture, ""), or ("", a sentence that says why there is none)."""
    if kind not in STARTS:
        return "", f"A picture of the kind {kind} is left out: it could run scripts."
    if isinstance(encoded, list):
        encoded = "".join(map(str, encoded))
    if not isinstance(encoded, str) or len(encoded) > MOST_BYTES * 4 / 3 + 4:
        return "", "A picture of more than 2 MB is left out."
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    wide, high = size(kind, data) if data.startswith(STARTS[kind]) else (0, 0)
    if not 0 < wide * high <= MOST_PIXELS:
        return "", f"A picture is left out: its bytes are no sound {kind}."
    source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return f'<img src="{source}" alt="{escape(alt)}">', ""
