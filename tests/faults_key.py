"""Prepare a cycle for a person who works on it; run by test_faults.

Prints the API key of a data steward.
"""

import sys

from odoo.fields import Command


def main(env, _arguments):
    env["dist.migration.cycle"].search([]).action_stop()
    group = env.ref("dist_rollout_governance.group_data_steward")
    steward = env["res.users"].create(
        {"name": "Steward", "login": "steward", "group_ids": [Command.set(group.ids)]}
    )
    keys = env["res.users.apikeys"].with_user(steward).sudo()
    sys.stdout.write(keys._generate("rpc", "test", False) + "\n")
