"""Make a copy of the demo as large as a rollout in its busy weeks; run by load.py.

Prints one line of JSON: logins and a measure.
"""

import json
import pathlib
import sys

from odoo.fields import Command

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmark" / "support"))

import history
import records

SITES = 20
ORDERS = 15_000
COUNTS = 10_000
DAYS = 320
TICKETS = 600


def create_business(env):
    """Add live sites with their shipments and counts, for the measures to count."""
    sites = records.create_sites(env, SITES, history.CUTOVER)
    products = history.create_products(env, 50)
    history.create_history(env, sites, products, ORDERS, DAYS, counts=COUNTS)


def create_tickets(env):
    """Add open tickets of the demo's site in hypercare."""
    team = env["helpdesk.ticket.team"].search([("dist_site_id", "!=", False)], limit=1)
    impacts = ("site", "process", "team", "person")
    urgencies = ("now", "today", "week")
    env["helpdesk.ticket"].create(
        [
            {
                "name": f"Label printer {number} is silent",
                "description": "<p>Nothing comes out since this morning.</p>",
                "team_id": team.id,
                "dist_site_id": team.dist_site_id.id,
                "dist_impact": impacts[number % 4],
                "dist_urgency": urgencies[number % 3],
            }
            for number in range(TICKETS)
        ]
    )


def main(env, arguments):
    create_business(env)
    create_tickets(env)
    Wave = env["dist.wave"]
    people = (
        env["res.users"]
        .search([("share", "=", False), ("login", "!=", "admin")])
        # others work at a site and have no part in the program
        .filtered(lambda user: Wave.with_user(user).has_access("read"))
    )
    # all of them work on tickets
    people.group_ids = [Command.link(env.ref("helpdesk_mgmt.group_helpdesk_user").id)]
    answer = {
        "logins": sorted(people.mapped("login")),
        "measure": env["dist.measure"].search([], limit=1).id,
    }
    sys.stdout.write(json.dumps(answer) + "\n")
