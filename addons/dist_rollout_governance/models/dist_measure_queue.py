from odoo import api, fields, models
from odoo.tools import SQL


class DistMeasureQueue(models.Model):
    """Days to recompute: append-only, so that no business transaction waits.

    There is no unique key and no foreign key. Two shipments that dirty the same
    day insert two rows and never meet; the job groups them. (With a unique key,
    ``ON CONFLICT DO NOTHING`` fails under repeatable read when another transaction
    has just inserted the same row, and the shipment would fail with it.)
    """

    _name = "dist.measure.queue"
    _description = "Day to Recompute"
    _order = "id"
    _log_access = False

    topic = fields.Char(required=True)
    # A plain number on purpose: a foreign key would lock the site's row.
    site_ref = fields.Integer(string="Site ID", required=True)
    day = fields.Date(required=True)

    @api.model
    def _enqueue(self, topic, site_days):
        """Append ``(site id, day)`` pairs for a topic with one insert."""
        site_days = sorted(set(site_days))
        if not site_days:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_measure_queue (topic, site_ref, day)
                SELECT %s, * FROM unnest(%s::int[], %s::date[])
                """,
                topic,
                [site for site, _day in site_days],
                [day for _site, day in site_days],
            )
        )

    @api.model
    def _pending(self):
        """Return the highest queued id and ``{topic: [(site id, day), …]}``."""
        cr = self.env.cr
        cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM dist_measure_queue"))
        last_id = cr.fetchone()[0]
        cr.execute(
            SQL(
                """
                SELECT topic, site_ref, day FROM dist_measure_queue
                 WHERE id <= %s GROUP BY topic, site_ref, day
                """,
                last_id,
            )
        )
        pending = {}
        for topic, site, day in cr.fetchall():
            pending.setdefault(topic, []).append((site, day))
        return last_id, pending

    @api.model
    def _dequeue(self, last_id, topic, site_ids, date_from, date_to):
        """Delete the rows of a computed window that were there when it began."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dist_measure_queue
                 WHERE id <= %s AND topic = %s AND site_ref = ANY(%s)
                   AND day BETWEEN %s AND %s
                """,
                last_id,
                topic,
                list(site_ids),
                date_from,
                date_to,
            )
        )
