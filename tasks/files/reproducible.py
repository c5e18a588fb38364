"""Office files that are the same bytes whenever they are written: no clock inside the zip."""

import io
import re
import zipfile
from datetime import datetime

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def tidy(content: bytes, *, modified: datetime | None = None) -> bytes:
    """The same entries in the same order, all of one day; ``modified`` (UTC) stands where a library wrote its clock."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            data = old.read(name)
            if modified is not None and name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + f"{modified:%Y-%m-%dT%H:%M:%SZ}".encode(), data)
            new.writestr(entry, data)
    return out.getvalue()
