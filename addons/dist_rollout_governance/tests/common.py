import base64
import io

from PIL import Image

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

GROUPS = {
    "viewer": "group_viewer",
    "consultant": "group_consultant",
    "admin": "group_program_admin",
    "super_user": "group_super_user",
    "site_manager": "group_site_manager",
    "governance": "group_governance_member",
    "command_center": "group_command_center",
    "steward": "group_data_steward",
    "finance": "group_finance_controller",
}


def signature_picture():
    """Return a small PNG as base64, as the signature widget sends it."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(stream, "PNG")
    return base64.b64encode(stream.getvalue())


class RolloutCommon(BaseCommon):
    """Two companies, three sites in two timezones, one user for each role.

    ``site_a`` (Europe/Paris) and ``site_b`` (Europe/Paris) belong to ``company``,
    ``site_c`` (America/New_York) to ``company_c``. ``manager_a`` … ``manager_c``
    manage them and have no other role. ``user_<role>`` has that role in
    ``company`` only; ``user_nobody`` is an internal user without a role.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company_c = cls.env["res.company"].create({"name": "Rollout Company C"})
        for role in GROUPS:
            setattr(cls, f"user_{role}", cls._create_user(role))
        cls.user_nobody = new_test_user(
            cls.env, "rollout_nobody", groups="base.group_user"
        )
        cls.manager_a = cls._create_user("site_manager", "manager_a")
        cls.manager_b = cls._create_user("site_manager", "manager_b")
        cls.manager_c = cls._create_user(
            "site_manager", "manager_c", company=cls.company_c
        )
        cls.program = cls.env["dist.program"].create(
            {"name": "Test Program", "code": "TST", "manager_id": cls.user_admin.id}
        )
        cls.site_a = cls._create_site("A", manager_id=cls.manager_a.id)
        cls.site_b = cls._create_site("B", manager_id=cls.manager_b.id)
        cls.site_c = cls._create_site(
            "C",
            manager_id=cls.manager_c.id,
            company_id=cls.company_c.id,
            tz="America/New_York",
        )
        cls.signature = signature_picture()

    @classmethod
    def _create_user(cls, role, login=None, company=None):
        company = company or cls.env.company
        return new_test_user(
            cls.env,
            f"rollout_{login or role}",
            groups=f"dist_rollout_governance.{GROUPS[role]}",
            email=f"{login or role}@example.com",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )

    @classmethod
    def _create_site(cls, code, **values):
        return cls.env["dist.site"].create(
            {
                "name": f"Site {code}",
                "code": code,
                "program_id": cls.program.id,
                "company_id": cls.env.company.id,
                "tz": "Europe/Paris",
                **values,
            }
        )

    @classmethod
    def _create_warehouse(cls, code, site=None, company=None):
        warehouse = cls.env["stock.warehouse"].create(
            {
                "name": f"Warehouse {code}",
                "code": code,
                "company_id": (company or (site or cls.site_a).company_id).id,
            }
        )
        if site:
            site.warehouse_ids = [fields.Command.link(warehouse.id)]
        return warehouse

    @classmethod
    def _create_measure(cls, code="test_measure", **values):
        return cls.env["dist.measure"].create({"name": code, "code": code, **values})

    @classmethod
    def _store(cls, measure, site, day, numerator, denominator=None):
        cls.env["dist.measure"]._store_values(
            measure.code,
            [
                {
                    "site_id": site.id,
                    "day": day,
                    "numerator": numerator,
                    "denominator": denominator,
                    "sample_size": 1,
                }
            ],
            "reconciliation",
        )

    @classmethod
    def _create_document(cls, user, name="proof.txt"):
        return (
            cls.env["ir.attachment"]
            .with_user(user)
            .create({"name": name, "raw": name.encode()})
        )
