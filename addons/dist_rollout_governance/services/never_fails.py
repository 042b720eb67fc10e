"""Captures beside the business: they may fail, the business may not."""

import logging
from contextlib import contextmanager

from psycopg2 import InterfaceError
from psycopg2.extensions import TransactionRollbackError

from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)


@contextmanager
def never_fails(env, what):
    """Run a block in a savepoint of its own; log what it raises and go on.

    What the business has written is flushed before the savepoint: it stays, and an
    error of it is raised. What the block has written is flushed within. The hooks of
    the commit are left alone, unlike by ``cr.savepoint()``: they run once.

    A lost connection and a concurrent update are raised: the server repeats the
    transaction, and the block with it.

    :param env: environment of the block
    :param what: what the block keeps, for the log
    """
    env.flush_all()
    try:
        with env.cr.savepoint(flush=False):
            yield
            env.flush_all()
    except (InterfaceError, TransactionRollbackError, ConcurrencyError):
        raise
    except Exception:
        # The database has forgotten what the block wrote; the cache must, too.
        env.clear()
        _logger.exception("Not kept, the document is saved all the same: %s", what)
