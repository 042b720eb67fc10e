"""What can go wrong with a row."""

import psycopg2

from odoo.exceptions import UserError


class LoadError(ValueError):
    """The row can't be loaded; the message is shown beside it."""


#: what one row may do wrong without stopping the others; a lost connection, a
#: serialization failure or a programming error is none of these
ROW_ERRORS = (
    UserError,
    LoadError,
    psycopg2.errors.IntegrityError,
    psycopg2.errors.DataError,
    ValueError,
)


def error_text(error):
    """Return the sentence of an error that a person has to read."""
    if isinstance(error, psycopg2.Error):
        return error.diag.message_primary or str(error)
    return str(error)
