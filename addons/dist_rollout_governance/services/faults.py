"""What a person can do about a full disk or a lost server, in a sentence."""

import errno
import functools

import psycopg2
from psycopg2.errors import DiskFull

from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: the disk is full, the quota used up, the file larger than the system lets it be
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# PostgreSQL's classes of errors: lost connection, ended by an administrator or a crash
LOST_CLASSES = ("08", "57P")


def file_problem(error):
    """Return the sentence for a file that can't be stored, or None.

    :param error: an ``OSError``
    """
    if error.errno in NO_SPACE:
        return _lt(
            "The server has no space left for files. Nothing was saved: ask the "
            "administrator for space, then try again."
        )
    return None


def database_problem(error):
    """Return the sentence for work that the database server cut off, or None.

    :param error: any exception; one that says nothing about the server itself, such
        as a conflict of two transactions, gives None
    """
    if isinstance(error, DiskFull):
        return _lt(
            "The disk of the database is full (%(detail)s).",
            detail=(error.diag.message_primary or str(error)).strip(),
        )
    if isinstance(error, psycopg2.InterfaceError) or (
        isinstance(error, psycopg2.OperationalError)
        and (not error.pgcode or error.pgcode.startswith(LOST_CLASSES))
    ):
        return _lt("The connection to the database was lost.")
    return None


def explained(method):
    """Decorate a long step of one transaction, called by people.

    When the database server cuts it off they get a sentence, and not the error of
    whatever touched the lost connection last.
    """

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except psycopg2.Error as error:
            problem = database_problem(error)
            if not problem:
                raise
            raise UserError(
                self.env._("%(problem)s Nothing was saved: try again.", problem=problem)
            ) from error

    return wrapper
