"""Data for test_concurrency: one site of many people, many sites of one person each.

Run on the test's own database, see ``tools/in_odoo.py``. Prints one line of JSON.
"""

import base64
import io
import json
import sys

from PIL import Image

from odoo.fields import Command

SITES = 12
DEPUTIES = 8
MEMBERS = 5
PROPOSALS = 4
DRIFTS = 4


def create_user(env, login):
    user = env["res.users"].create(
        {
            "name": f"User {login}",
            "login": login,
            "group_ids": [
                Command.set(env.ref("dist_rollout_governance.group_site_manager").ids)
            ],
        }
    )
    key = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", login, False)
    return user, key


def create_decisions(env, program):
    """Give the program a body of five and proposals to vote on.

    Returns the ids, with the keys of the members and of one who manages users.
    """
    group = env.ref("dist_rollout_governance.group_governance_member")
    members, keys = [], []
    for index in range(MEMBERS):
        user, key = create_user(env, f"vote{index}")
        user.group_ids = [Command.set(group.ids)]
        members.append(user)
        keys.append(key)
    hr, hr_key = create_user(env, "users")
    hr.group_ids = [Command.set(env.ref("base.group_erp_manager").ids)]
    body = env["dist.body"].create(
        {
            "name": "Race",
            "program_id": program.id,
            "type": "steering",
            "quorum": 3,
            "member_ids": [
                Command.create(
                    {"user_id": user.id, "role": "member" if rank else "chair"}
                )
                for rank, user in enumerate(members)
            ],
        }
    )
    choice = env["dist.option.choice"].create(
        {"program_id": program.id, "kind": "hosting"}
    )
    choice.score_ids.score = "3"
    choice.chosen_id = choice.candidate_ids[0]
    choice.action_request_decision()
    decisions = env["dist.decision"].create(
        [
            {
                "name": f"Race {index}",
                "proposal": "Race",
                "program_id": program.id,
                "body_id": body.id,
            }
            for index in range(PROPOSALS)
        ]
    )
    decisions.action_propose()
    consultant, consultant_key = create_user(env, "requests")
    consultant.group_ids = [
        Command.set(env.ref("dist_rollout_governance.group_consultant").ids)
    ]
    open_choice = env["dist.option.choice"].create(
        {"program_id": program.id, "kind": "topology"}
    )
    open_choice.score_ids.score = "3"
    open_choice.chosen_id = open_choice.candidate_ids[0]
    return {
        "choice": open_choice.id,
        "consultant": consultant_key,
        "decisions": [choice.decision_id.id, *decisions.ids],
        "voters": keys,
        "voter_ids": [user.id for user in members],
        "user_manager": hr_key,
    }


def create_drift(env, users, code, waves=False):
    """Give sites a deviation in force, and gates that rely on it.

    :param code: two letters that nothing else has
    :param waves: a wave for each site, rather than one for all
    :return: the gates and the deviations, in the order of ``users``
    """
    program = env["dist.program"].create({"name": f"Drift {code}", "code": code})
    sites = env["dist.site"].create(
        [
            {
                "name": f"Drift {code}{index}",
                "code": f"{code}{index}",
                "program_id": program.id,
                "manager_id": user.id,
            }
            for index, user in enumerate(users)
        ]
    )
    for index, site in enumerate(sites):
        env["stock.warehouse"].create(
            {"name": site.name, "code": f"{code}{index}", "dist_site_id": site.id}
        )
    blueprint = env["dist.blueprint"].create(
        {"name": "Drift", "program_id": program.id, "state": "released"}
    )
    element = env["dist.blueprint.element"].create(
        {"blueprint_id": blueprint.id, "code": "X", "name": "X", "standard": "X"}
    )
    env["dist.conformance.rule"].create(
        {
            "element_id": element.id,
            "name": "Warehouses",
            "code": "X",
            "model_id": env["ir.model"]._get_id("stock.warehouse"),
            "check_kind": "count",
            "operator": "equals",
            "expected_number": 9,
        }
    )
    deviations = env["dist.deviation"].create(
        [
            {
                "name": "Drift",
                "program_id": program.id,
                "site_id": site.id,
                "element_id": element.id,
            }
            for site in sites
        ]
    )
    body = env["dist.body"].create(
        {"name": "Drift", "program_id": program.id, "type": "design_authority"}
    )
    for deviation in deviations:
        deviation.write(
            {
                "state": "approved",
                "decision_id": env["dist.decision"]
                .create(
                    {
                        "name": "Drift",
                        "program_id": program.id,
                        "body_id": body.id,
                        "state": "approved",
                        "res_model": deviation._name,
                        "res_id": deviation.id,
                    }
                )
                .id,
            }
        )
    blueprint._evaluate()
    template = env["dist.gate.template"].create(
        {
            "name": "Drift",
            "line_ids": [
                Command.create(
                    {
                        "name": "Drift",
                        "workstream": "people",
                        "measure_id": env["dist.measure"]._get("drift_uncovered").id,
                        "operator": "<=",
                        "threshold": 0,
                    }
                )
            ],
        }
    )
    groups = [site.ids for site in sites] if waves else [sites.ids]
    created = env["dist.wave"].create(
        [
            {
                "name": f"Drift {index}",
                "program_id": program.id,
                "template_id": template.id,
                "planned_go_live": f"2030-{index + 2:02}-13",
                "site_ids": [Command.set(site_ids)],
                "fallback": "The old system goes on.",
                "support_staffing": "Two people on site.",
            }
            for index, site_ids in enumerate(groups)
        ]
    )
    for wave in created:
        wave.action_plan()
        wave.action_open_gates()
    gates = {gate.site_id: gate for gate in created.gate_ids}
    return [gates[site] for site in sites], deviations


def create_ready(env, users, signature):
    """Have gates that rely on a deviation signed, each in a wave that waits for go.

    Returns the ids of the waves and of the deviations.
    """
    gates, deviations = create_drift(env, users, "GO", waves=True)
    for user, gate in zip(users, gates, strict=True):
        gate.with_user(user)._sign("site_manager", user.name, signature)
        gate.wave_id.action_declare_ready()
    return {
        "ready_waves": [gate.wave_id.id for gate in gates],
        "ready_deviations": deviations.ids,
    }


def create_stock(env, users):
    """Have gates that allow no negative stock, and somebody who counts the stock.

    Returns the ids of the gates and locations, the product and the key.
    """
    program = env["dist.program"].create({"name": "Stock", "code": "STK"})
    sites = env["dist.site"].create(
        [
            {
                "name": f"Stock {index}",
                "code": f"ST{index}",
                "program_id": program.id,
                "manager_id": user.id,
            }
            for index, user in enumerate(users)
        ]
    )
    locations = [
        env["stock.warehouse"]
        .create({"name": site.name, "code": site.code, "dist_site_id": site.id})
        .lot_stock_id.id
        for site in sites
    ]
    template = env["dist.gate.template"].create(
        {
            "name": "Stock",
            "line_ids": [
                Command.create(
                    {
                        "name": "No negative stock",
                        "workstream": "logistics",
                        "measure_id": env["dist.measure"]._get("negative_quants").id,
                        "operator": "=",
                        "threshold": 0,
                    }
                )
            ],
        }
    )
    wave = env["dist.wave"].create(
        {
            "name": "Stock",
            "program_id": program.id,
            "template_id": template.id,
            "planned_go_live": "2030-03-12",
            "site_ids": [Command.set(sites.ids)],
            "fallback": "The old system goes on.",
        }
    )
    wave.action_plan()
    wave.action_open_gates()
    counter, key = create_user(env, "count")
    counter.group_ids = [Command.set(env.ref("stock.group_stock_manager").ids)]
    product = env["product.product"].create({"name": "Bolt", "is_storable": True})
    gates = {gate.site_id: gate.id for gate in wave.gate_ids}
    return {
        "stock_gates": [gates[site] for site in sites],
        "stock_locations": locations,
        "stock_product": product.id,
        "counter": key,
    }


def main(env, arguments):
    people = [create_user(env, f"sign{index}") for index in range(SITES + DEPUTIES)]
    users = [user for user, _key in people]
    program = env["dist.program"].create({"name": "Race", "code": "RACE"})
    measure = env["dist.measure"].create({"name": "Race", "code": "race"})
    template = env["dist.gate.template"].create(
        {
            "name": "Race",
            "line_ids": [
                Command.create(
                    {
                        "name": "Line",
                        "workstream": "people",
                        "measure_id": measure.id,
                        "threshold": 1,
                        "max_age_days": 30,
                    }
                )
            ],
        }
    )
    sites = env["dist.site"].create(
        [
            {
                "name": f"Race {index}",
                "code": f"R{index}",
                "program_id": program.id,
                "manager_id": users[index].id,
                "deputy_ids": [
                    Command.set(
                        env["res.users"].browse(user.id for user in users[SITES:]).ids
                    )
                ]
                if index == 0
                else [],
            }
            for index in range(SITES)
        ]
    )
    wave = env["dist.wave"].create(
        {
            "name": "Race",
            "program_id": program.id,
            "template_id": template.id,
            "planned_go_live": "2030-05-14",
            "site_ids": [Command.set(sites.ids)],
            "fallback": "The old system goes on.",
        }
    )
    wave.action_plan()
    wave.action_open_gates()
    for site in sites:
        env["dist.measure"]._store_values(
            "race",
            [
                {
                    "site_id": site.id,
                    "day": site._local_day(),
                    "numerator": 1,
                    "denominator": 1,
                }
            ],
            "reconciliation",
        )
    env.cr.commit()
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(stream, "PNG")
    signature = base64.b64encode(stream.getvalue()).decode()
    drift_gates, deviations = create_drift(env, users[:DRIFTS], "DR")
    sys.stdout.write(
        json.dumps(
            {
                "chain": env["dist.signoff.chain"]._of_program(program).id,
                "gates": [
                    wave.gate_ids.filtered(lambda g, s=site: g.site_id == s).id
                    for site in sites
                ],
                "keys": [key for _user, key in people],
                **create_decisions(env, program),
                "drift_gates": [gate.id for gate in drift_gates],
                "deviations": deviations.ids,
                **create_ready(env, users[:DRIFTS], signature),
                **create_stock(env, users[:DRIFTS]),
                "signature": signature,
            }
        )
    )
    env.cr.commit()
