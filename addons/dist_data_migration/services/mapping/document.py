"""Mappings as text: YAML or JSON in, YAML out."""

import hashlib
import json

import yaml

from odoo.tools.translate import LazyTranslate

from .base import MappingError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

MAX_DOCUMENT = 1_000_000


def load_document(text):
    """Parse YAML or JSON text; all scalars stay text.

    YAML would otherwise read Norway's ``NO`` as false and ``007`` as 7.

    :raise MappingError: not a document, or not a mapping at the top
    """
    if len(text) > MAX_DOCUMENT:
        raise MappingError([_lt("The mapping is larger than 1 MB.")])
    try:
        data = yaml.load(text.replace("\t", " "), Loader=_TextLoader)
    except yaml.YAMLError as error:
        raise MappingError(
            [_lt("The mapping is neither YAML nor JSON: %(error)s", error=str(error))]
        ) from error
    if not isinstance(data, dict):
        raise MappingError([_lt("The mapping is empty.")])
    return data


class _TextLoader(yaml.BaseLoader):
    """Reads scalars as text, and no aliases: nested ones grow without bounds."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError(str(_lt("aliases are not possible here")))
        return super().compose_node(parent, index)


def dump_document(data):
    """Return YAML text that :func:`load_document` reads back unchanged."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=88)


def document_hash(data):
    """Return the SHA-256 of the canonical JSON form."""
    canonical = json.dumps(
        data, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
