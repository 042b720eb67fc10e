"""What can serve as evidence: documents and photos that others can open.

Plain Python; the reasons are codes, the words for them stand with the criteria.
"""

import io
import warnings

from PIL import Image

MAX_BYTES = 20 * 1024 * 1024
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".heif")
# brands in the header of a file that holds an HEIF picture, as phones write it
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


def problem(name, mimetype, content):
    """Return why a file is no evidence, or None.

    :return: *empty*, *too_large*, *heic* (browsers can't show it) or *no_image* (it is
        called one and is none)

    >>> problem("a.txt", "text/plain", b"")
    'empty'
    >>> problem("a.jpg", "image/jpeg", b"not a picture")
    'no_image'
    >>> problem("a.txt", "text/plain", b"a document") is None
    True
    """
    if not content:
        return "empty"
    if len(content) > MAX_BYTES:
        return "too_large"
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "heic"
    is_called_image = (name or "").lower().endswith(IMAGE_ENDINGS) or (
        (mimetype or "").startswith("image/") and "svg" not in mimetype
    )
    return "no_image" if is_called_image and not _is_image(content) else None


def _is_image(content):
    try:
        with warnings.catch_warnings():
            # too many pixels for their size: a bomb, not a photo
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                image.verify()
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return False
    return True
