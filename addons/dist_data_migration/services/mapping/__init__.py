"""Mapping engine: from the cells of a legacy file to the fields of an object.

A mapping is data. It says which file and which columns feed which object, with a
small set of declarative transforms; there is no expression language, so a mapping
can be read by the data owner, kept under version control and used again.

Grammar (YAML or JSON; every scalar is text)::

    name: Northwind
    source_system: NORTHWIND
    objects:
      - object: product               # code of a dist.migration.object
        file: Products.csv
        encoding: cp1252              # optional, detected otherwise
        delimiter: ";"                # optional, detected otherwise
        sheet: Items                  # optional, first sheet otherwise
        header_row: 3                 # optional, first row with content otherwise
        columns: [ProductID, Name]    # only for a file without names of columns
        key: [ProductID]              # the legacy key, composite when several
        allow_numeric_keys: true      # XLSX only: whole numbers are fine as keys
        join:                         # columns of another file, as "alias.Column"
          - {file: Orders.csv, as: orders, match: {OrderID: OrderID}}
        where:                        # all must hold, rows that don't are left out
          - {column: ShippedDate, is: empty}
          - {column: Status, in: [1, 2]}
        fields:
          name: ProductName           # short form of {column: ProductName}
          active: {column: Discontinued, true: [0], false: [1]}
          country: {column: Country, map: {UK: GB}, default: FR}
          date: {column: OrderDate, date_format: m/d/yyyy}
          price: {column: UnitPrice, decimal: ",", thousands: "."}
          discount: {column: Discount, scale: 100}
          credit: {column: Limit, unit: [EUR, €]}
          debit: {column: Amount, sign: {column: DC, negative: C, positive: D}}
          street: {column: Address, line_break: ", "}
          quantity: {column: Ordered, minus: [Received, Cancelled]}
          order: {column: [OrderID, LineNo]}
          attributes: {column: [Color, Size]}   # each cell named by its column
          city: {lookup: {file: Cities.csv, match: {CityID: ID}, value: Name}}
          type: {constant: consu}
        legacy:                       # kept beside the record, never converted
          pack_size: {column: QuantityPerUnit, kind: pack_size}

What can't be converted becomes an :class:`Issue` of the row, never a guess.

How to use: ``MappingSpec.parse(data, catalogue)`` once, then one :class:`RowMapper`
per object, ``mapper.map(line, cells)`` per row. Nothing here knows the ORM.
"""

from .base import (
    ConversionError,
    Issue,
    MappedRow,
    MappingError,
    Target,
    as_list,
    as_text,
    attribute_pairs,
    clean_code,
    normalize_key,
)
from .converter import Converter
from .document import document_hash, dump_document, load_document
from .row import LookupTable, RowMapper, missing_message
from .spec import MappingSpec, ObjectSpec, reading_options
