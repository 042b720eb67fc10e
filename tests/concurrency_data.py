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


def create_drift(env, users):
    """Give sites a deviation in force, and gates that rely on it.

    Returns the ids of the gates and of the deviations, in the order of ``users``.
    """
    program = env["dist.program"].create({"name": "Drift", "code": "DRIFT"})
    sites = env["dist.site"].create(
        [
            {
                "name": f"Drift {index}",
                "code": f"D{index}",
                "program_id": program.id,
                "manager_id": user.id,
            }
            for index, user in enumerate(users)
        ]
    )
    for index, site in enumerate(sites):
        env["stock.warehouse"].create(
            {"name": site.name, "code": f"DR{index}", "dist_site_id": site.id}
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
    wave = env["dist.wave"].create(
        {
            "name": "Drift",
            "program_id": program.id,
            "template_id": template.id,
            "planned_go_live": "2030-02-12",
            "site_ids": [Command.set(sites.ids)],
            "fallback": "The old system goes on.",
        }
    )
    wave.action_plan()
    wave.action_open_gates()
    gates = {gate.site_id: gate.id for gate in wave.gate_ids}
    return {
        "drift_gates": [gates[site] for site in sites],
        "deviations": deviations.ids,
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
                **create_drift(env, users[:DRIFTS]),
                "signature": base64.b64encode(stream.getvalue()).decode(),
            }
        )
    )
    env.cr.commit()
