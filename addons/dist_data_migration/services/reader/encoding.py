"""The encoding of a text file: known, guessed with confidence, or asked for."""

import codecs

import chardet

from odoo.tools.translate import LazyTranslate

from .base import CHUNK, EncodingUnsureError, ReaderError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: below this the encoding detector is guessing, and the steward is asked
MIN_CONFIDENCE = 0.85
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(stream):
    """Return a codec that decodes the whole stream and the confidence, or ask.

    UTF-8 is recognised by structure. Text that is mostly valid UTF-8 with some invalid
    bytes is damaged, not "another encoding": it is refused with the row, as decoding it
    anyway would store mojibake. Anything else is left to the detector, and to the
    steward when that is unsure.

    :raise ReaderError: damaged or binary; :class:`EncodingUnsureError` when unsure
    """
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    for bom, name in BOMS:
        if head.startswith(bom):
            _check_decodes(stream, name)
            return name, 100
    suspects, valid, invalid, first_bad = [], 0, 0, 0
    for line, content in enumerate(stream, start=1):
        if b"\x00" in content:
            stream.seek(0)
            raise ReaderError(
                _lt(
                    "This is not a text file: row %(line)s holds a NUL byte. Upload "
                    "a CSV or XLSX file.",
                    line=line,
                ),
                "binary",
            )
        if content.isascii():
            continue
        try:
            content.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            invalid += 1
            first_bad = first_bad or line
        if len(suspects) < 2000:
            suspects.append(content)
    stream.seek(0)
    if not first_bad:
        return "utf-8", 100
    if valid >= invalid:
        raise ReaderError(
            _lt("Row %(line)s holds bytes that are not valid UTF-8.", line=first_bad),
            "bytes",
        )
    return _guess_encoding(stream, b"".join(suspects), first_bad)


def _guess_encoding(stream, sample, line):
    found = chardet.detect(sample)
    guess, confidence = found["encoding"] or "", found["confidence"] or 0
    if guess and confidence >= MIN_CONFIDENCE:
        try:
            _check_decodes(stream, guess)
            return guess, int(confidence * 100)
        except ReaderError:
            confidence = 0
    raise EncodingUnsureError(
        _lt(
            "Row %(line)s holds bytes that are not valid UTF-8, and the encoding "
            "can't be told with certainty (best guess: %(guess)s, %(percent)s %%). "
            "Choose the encoding.",
            line=line,
            guess=guess or "-",
            percent=int(confidence * 100),
        ),
        guess,
    )


def _check_decodes(stream, encoding):
    """Decode the whole stream strictly, naming the first row that does not."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise ReaderError(
            _lt("The encoding %(name)s is unknown.", name=encoding), "encoding"
        ) from error
    stream.seek(0)
    line = 1
    try:
        while block := stream.read(CHUNK):
            line += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += bytes(error.object[: error.start]).count(b"\n")
        raise ReaderError(
            _lt(
                "Row %(line)s holds bytes that are not valid %(name)s.",
                line=line,
                name=encoding,
            ),
            "bytes",
        ) from error
    finally:
        stream.seek(0)
