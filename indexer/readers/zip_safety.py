"""What every reader of ZIP archives has to know of `zipfile`."""

import struct
import zipfile
import zlib
from typing import Final

DAMAGE: Final = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,  # how `zipfile` says that an archive asks for a newer version of the format
    OSError,  # places outside of the file
    ValueError,  # names and places that cannot be
    struct.error,
    zlib.error,
)
"""What `zipfile` raises on damaged archives; it has no root of its own for them."""

METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How members may be packed; `zipfile` unpacks all others without bounds."""

ENCRYPTED: Final = 0x1
"""Flag of a member that asks for a password."""
