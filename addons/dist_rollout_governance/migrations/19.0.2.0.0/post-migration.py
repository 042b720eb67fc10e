from openupgradelib import openupgrade


@openupgrade.migrate()
def migrate(env, version):
    """A default target of a measure says now that it is one: zero can be a target."""
    openupgrade.logged_query(
        env.cr,
        """
        UPDATE dist_measure SET has_target_default = TRUE
         WHERE target_default <> 0
        """,
    )
