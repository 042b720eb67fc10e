from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    is_confidence = fields.Boolean(
        string="Asks for Confidence",
        help="The answers make up the measure “User confidence” of the respondents' "
        "sites, brought to a scale from 1 to 5.",
    )

    @api.constrains("is_confidence", "question_type")
    def _check_is_confidence(self):
        for question in self:
            if question.is_confidence and question.question_type != "scale":
                raise ValidationError(self.env._("Confidence is asked for on a scale."))
