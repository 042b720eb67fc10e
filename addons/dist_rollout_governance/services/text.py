"""Normalisation of codes and names that people type."""

import re
import unicodedata


def normalize_code(text):
    """Return a code in the one form it is stored and compared in.

    Compatibility forms are unified (NFKC), invisible format characters removed,
    white space trimmed and folded, letters put in upper case.

    >>> normalize_code(" s000\u200b "), normalize_code(None)
    ('S000', '')
    """
    text = unicodedata.normalize("NFKC", text or "")
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return re.sub(r"\s+", " ", visible).strip().upper()
