from openupgradelib import openupgrade

from odoo.addons.dist_data_migration.services.rules import RULES


def _fill_responsible(env):
    """Who fixes a finding is kept with it now; of earlier ones the rule says it."""
    for rule, (_label, responsible) in RULES.items():
        openupgrade.logged_query(
            env.cr,
            "UPDATE dist_migration_finding SET responsible = %s"
            " WHERE rule = %s AND responsible IS NULL",
            (responsible, rule),
        )


@openupgrade.migrate()
def migrate(env, version):
    _fill_responsible(env)
