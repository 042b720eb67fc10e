from odoo import api, models
from odoo.tools import SQL

# Days for which an answer stands, unless the person answers again.
WINDOW_DAYS = 14


class DistMeasureProviderConfidence(models.AbstractModel):
    """The confidence of the users of a site, from the answers to surveys.

    An answer counts when its question is marked as one of confidence. Whatever its
    scale, it is brought to 1 (none) to 5 (full). It counts at the sites to whose people
    the respondent belongs, for 14 days from the site's day of the answer; the latest
    answer of a person to a question stands. Each day is the mean of what stands on it.
    """

    _name = "dist.measure.provider.confidence"
    _description = "Measure of User Confidence"
    _inherit = "dist.measure.provider"

    @api.model
    def _sql_standing_answers(self, sites, date_from, date_to):
        """Return the relation (site_id, day, line_id, rating) of what stands."""
        self.env["dist.site"].flush_model(["people_ids"])
        self.env["survey.question"].flush_model(
            ["is_confidence", "scale_min", "scale_max"]
        )
        self.env["survey.user_input"].flush_model(
            ["state", "test_entry", "end_datetime", "partner_id"]
        )
        self.env["survey.user_input.line"].flush_model()
        return SQL(
            """
            (SELECT DISTINCT ON (s.id, d.day, u.id, q.id)
                    s.id AS site_id, d.day::date AS day, line.id AS line_id,
                    1 + 4.0 * (line.value_scale - q.scale_min)
                        / NULLIF(q.scale_max - q.scale_min, 0) AS rating
               FROM %(sites)s AS s
               JOIN dist_site_people_rel AS people ON people.dist_site_id = s.id
               JOIN res_users AS u ON u.id = people.res_users_id
               JOIN survey_user_input AS answer
                    ON answer.partner_id = u.partner_id AND answer.state = 'done'
                   AND answer.test_entry IS NOT TRUE
               JOIN survey_user_input_line AS line
                    ON line.user_input_id = answer.id
                   AND line.answer_type = 'scale' AND line.skipped IS NOT TRUE
               JOIN survey_question AS q
                    ON q.id = line.question_id AND q.is_confidence
               JOIN generate_series(%(first)s::date, %(last)s::date, '1 day') AS d(day)
                    ON d.day::date - %(local_day)s BETWEEN 0 AND %(window)s
           ORDER BY s.id, d.day, u.id, q.id, answer.end_datetime DESC, line.id DESC)
            """,
            sites=self._sql_sites(sites),
            first=date_from,
            last=date_to,
            local_day=self._sql_local_day(SQL("answer.end_datetime"), SQL("s.tz")),
            window=WINDOW_DAYS - 1,
        )

    @api.model
    def _dist_measure_confidence(self, measure, sites, date_from, date_to):
        return SQL(
            """
            SELECT site_id, day, SUM(rating), COUNT(*), COUNT(*)::int
              FROM %s AS standing
          GROUP BY site_id, day
            """,
            self._sql_standing_answers(sites, date_from, date_to),
        )

    @api.model
    def _dist_records_confidence(self, measure, site, date_from, date_to):
        rows = self.env.execute_query(
            SQL(
                "SELECT line_id FROM %s AS standing",
                self._sql_standing_answers(site, date_from, date_to),
            )
        )
        return "survey.user_input.line", [("id", "in", [id_ for (id_,) in rows])]
