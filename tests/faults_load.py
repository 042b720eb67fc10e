"""Load the waiting cycles, as the scheduled action does; run by the tests of faults.

In small chunks: the faults of a large extract hit between two of many commits.
"""

CHUNK = 100


def main(env, _arguments):
    # pylint: disable=import-outside-toplevel  # Odoo's addons can be imported now
    from odoo.addons.dist_data_migration.services.loaders import LOADERS

    LOADERS["stock"].chunk_size = CHUNK
    env["dist.migration.cycle"]._cron_load()
