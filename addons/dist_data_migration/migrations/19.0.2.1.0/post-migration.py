from openupgradelib import openupgrade


def _note_lines_of_moves(env):
    """An opening move has several places now; a place is taken back by its line."""
    openupgrade.logged_query(
        env.cr,
        """
        UPDATE dist_migration_creation creation
           SET res_model = 'stock.move.line', res_id = line.id
          FROM stock_move_line line
         WHERE creation.res_model = 'stock.move' AND creation.res_id = line.move_id
        """,
    )


@openupgrade.migrate()
def migrate(env, version):
    _note_lines_of_moves(env)
