"""Upload a legacy file and sign a gate while the disk of the files is full.

``in_odoo.py DATABASE faults_files.py limit|disk``: with ``disk`` the filestore is on a
small disk of this process, see ``faults_cluster.py``; with ``limit`` the system lets it
write no large files. Prints one line of JSON: what was said and what is there.
"""

import base64
import io
import json
import pathlib
import resource
import sys

import psycopg2
from PIL import Image

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import config

# more than is free, and less than the system would let nobody write
LARGE = 300_000
FREE = 100_000


class Disk:
    """Fills and frees the disk of the filestore."""

    def __init__(self, kind, folder):
        self.kind, self.ballast = kind, folder / "ballast"

    def fill(self):
        if self.kind == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (FREE, resource.RLIM_INFINITY))
            return
        with open(self.ballast, "wb", buffering=0) as out:
            try:
                while out.write(bytes(4096)):
                    pass
            except OSError:
                out.truncate(out.tell() - FREE)

    def free(self):
        if self.kind == "limit":
            infinite = resource.RLIM_INFINITY
            resource.setrlimit(resource.RLIMIT_FSIZE, (infinite, infinite))
        else:
            self.ballast.unlink()


def signature():
    """Return a picture of more than what is free, as base64."""
    noise = Image.effect_noise((700, 600), 100)
    stream = io.BytesIO()
    noise.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def create_gate(env):
    """Return a gate, as the person who may sign it."""
    group = env.ref("dist_rollout_governance.group_site_manager")
    manager = env["res.users"].create(
        {
            "name": "Ada Lovelace",
            "login": "ada",
            "group_ids": [Command.set(group.ids)],
        }
    )
    program = env["dist.program"].create({"name": "Files", "code": "FILES"})
    measure = env["dist.measure"].create({"name": "Files", "code": "files"})
    line = {"name": "Line", "workstream": "people", "measure_id": measure.id}
    template = env["dist.gate.template"].create(
        {
            "name": "Files",
            "line_ids": [Command.create({**line, "threshold": 1, "max_age_days": 30})],
        }
    )
    site = env["dist.site"].create(
        {
            "name": "Files",
            "code": "FILES",
            "program_id": program.id,
            "manager_id": manager.id,
        }
    )
    wave = env["dist.wave"].create(
        {
            "name": "Files",
            "program_id": program.id,
            "template_id": template.id,
            "planned_go_live": "2030-05-14",
            "site_ids": site.ids,
            "fallback": "The old system goes on.",
        }
    )
    wave.action_plan()
    wave.action_open_gates()
    value = {"site_id": site.id, "day": site._local_day(), "numerator": 1}
    env["dist.measure"]._store_values(
        "files", [{**value, "denominator": 1}], "reconciliation"
    )
    return wave.gate_ids.with_user(manager)


def attempt(env, task):
    """Do something as a request does: all or nothing; return what is said about it."""
    try:
        task()
        env.cr.commit()
    except (OSError, UserError, psycopg2.Error) as error:
        env.cr.rollback()
        return f"{type(error).__name__}: {error}"
    return "done"


def files_without_content(env):
    """Return how many attachments name a file that is not there, or torn."""
    attachments = env["ir.attachment"].search(
        [
            ("store_fname", "!=", False),
            ("res_model", "in", ("dist.migration.source", "dist.signoff")),
            ("res_field", "in", (False, "signature")),
        ]
    )
    return sum(len(one.raw or b"") != one.file_size for one in attachments)


def main(env, arguments):
    folder = pathlib.Path(config.filestore(env.cr.dbname))
    disk = Disk(arguments[0], folder)
    cycle = env["dist.migration.cycle"].search([], limit=1)
    cycle.action_stop()
    gate = create_gate(env)
    env.cr.commit()
    content = ("key,name\n" + "A,B\n" * (LARGE // 4)).encode()
    picture = signature()
    tasks = {
        "upload": lambda: cycle._add_file("large.csv", content),
        "sign": lambda: gate._sign("site_manager", "Ada Lovelace", picture),
    }

    def tables():
        env.invalidate_all()
        return {
            "sources": env["dist.migration.source"].search_count(
                [("name", "=", "large.csv")]
            ),
            "signoffs": env["dist.signoff"].search_count([("res_id", "=", gate.id)]),
            "attachments": env["ir.attachment"].search_count(
                [("res_field", "in", (False, "signature"))]
            ),
            "state": gate.signoff_state,
            "without_content": files_without_content(env),
        }

    answer = {"before": tables()}
    disk.fill()
    answer["full"] = {name: attempt(env, task) for name, task in tasks.items()}
    answer["refused"] = tables()
    disk.free()
    answer["free"] = {name: attempt(env, task) for name, task in tasks.items()}
    answer["after"] = tables()
    sys.stdout.write(json.dumps(answer) + "\n")
