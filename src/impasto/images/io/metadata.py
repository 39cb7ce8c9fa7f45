"""How a painting was made, carried inside its file as an XMP packet.

XMP (ISO 16684-1) is the one metadata block that PNG, JPEG, TIFF and WebP all have and that other programs
copy with a picture. The metadata is JSON in one property of impasto's own
namespace, under the name that it first had: a recipe.
"""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from impasto.errors import PictureError, SettingsError

LARGEST_METADATA = 60_000
"""Bytes: a JPEG segment holds 65,533, and a longer packet would be dropped without a word."""

_NAMESPACE = "urn:impasto:recipe/1.0/"
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:impasto="{namespace}">'
    "<xmp:CreatorTool>impasto</xmp:CreatorTool><impasto:recipe>{metadata}</impasto:recipe>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def metadata_packet(metadata: Mapping[str, Any]) -> bytes:
    """The XMP packet, UTF-8, that holds `metadata`.

    Raises SettingsError: it is not JSON (NaN and infinity included) or is too long for a JPEG.
    """
    try:
        text = json.dumps(dict(metadata), sort_keys=True, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise SettingsError(f"the metadata is not JSON ({error}): use plain values only") from None
    packet = _PACKET.format(namespace=_NAMESPACE, metadata=escape(text)).encode()
    if len(packet) > LARGEST_METADATA:
        raise SettingsError(
            f"the metadata takes {len(packet)} bytes; a picture file holds at most {LARGEST_METADATA}: shorten it"
        )
    return packet


def metadata_from_packet(packet: bytes, name: str) -> dict[str, Any]:
    """The metadata in an XMP packet. Raises PictureError: the packet holds none, or is damaged."""
    try:
        element = ElementTree.fromstring(packet.strip(b"\0")).find(f".//{{{_NAMESPACE}}}recipe")
        metadata = None if element is None else json.loads(element.text or "")
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise PictureError(f"{name} has damaged metadata ({error}): how it was painted is lost") from None
    if not isinstance(metadata, dict):
        raise no_metadata(name)
    return metadata


def no_metadata(name: str) -> PictureError:
    """The error for a picture that carries no metadata of impasto."""
    return PictureError(
        f"{name} carries no metadata of impasto: it was not painted by impasto, or another program removed it"
    )
