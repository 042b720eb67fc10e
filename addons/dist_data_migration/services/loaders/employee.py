from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class EmployeeLoader(Loader):
    """Employees, where the app Employees is installed."""

    key = "employee"
    model = "hr.employee"
    module = "hr"
    targets = {
        "name": Target(_lt("Name"), required=True),
        "email": Target(_lt("Work Email"), size=256),
        "phone": Target(_lt("Work Phone")),
        "job_title": Target(_lt("Job Title")),
    }

    def prepare(self, row):
        vals = {"name": row.data["name"], "company_id": self.cycle.company_id.id}
        for name, target in (
            ("email", "work_email"),
            ("phone", "work_phone"),
            ("job_title", "job_title"),
        ):
            if row.data.get(name):
                vals[target] = row.data[name]
        return vals
