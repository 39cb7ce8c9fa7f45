"""Names that come from a browser, made safe: they become files on this machine and text on a page, nothing else."""

import re
import unicodedata

LONGEST = 80  # characters of a file's name, its ending included
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[^\w .()+,=@-]")


def safe_name(given: str, otherwise: str = "picture") -> str:
    """A file's name without folders, control characters, or anything a shell or file system has a use for.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\art\\\\Monet <b>.JPG"), safe_name("..")
    ('passwd', 'Monet _b_.JPG', 'picture')
    """
    text = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(one for one in text if one.isprintable())
    text = _FORBIDDEN.sub("_", text).strip(" .-")
    if not text or _RESERVED.match(text):
        text = otherwise
    stem, dot, ending = text.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem[: LONGEST - len(ending) - 1]}.{ending}"
    return text[:LONGEST]
