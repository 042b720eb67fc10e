"""Reading legacy extracts: guarded, streaming, and without the ORM.

A legacy extract is hostile input until proven otherwise: truncated, exported in an
unknown code page, padded, damaged by a spreadsheet, or a decompression bomb. The
reader either yields every row exactly as the file says, or raises
:class:`ReaderError` with a sentence a data steward can act on, before anything is
written. It never repairs and never guesses: where two readings are possible, it asks.

How to use::

    with open_table(stream, "Products.csv") as table:
        table.header                      # ["ProductID", "ProductName", …]
        for line, cells in table.rows():  # line = line number people see
            ...

CSV cells are ``str``; XLSX cells keep the type of the workbook (``str``, ``int``,
``float``, ``bool``, ``datetime``), because a number in a code column has already lost
its leading zeros and the mapping must be able to say so.

How it works: one pass over the bytes decides on the encoding, one over the first
records on the delimiter; rows are then streamed, so memory does not grow with the
file.
"""

from .base import EncodingUnsureError, Limits, ReaderError, sha256
from .table import open_table
