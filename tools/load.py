#!/usr/bin/env python3
"""Let people work on a copy of the demo, and say how long they wait.

Each of them has a session of the web client and asks what its screens ask: command
center, tickets, gates, values, sites, forms; some reply to tickets and change them.
Meanwhile the job that computes the measures runs in the scheduler's process without a
pause. The copy is enlarged by sites with shipments and counts, and by tickets
(``tests/load/prepare.py``), and dropped at the end.

Exits with an error when a request fails, when the job computes nothing or fails, or
when one read in twenty takes longer than the limit.

Environment:

- ``USERS`` (25), ``SECONDS`` (300), ``THINK`` (1): seconds between answer and question
- ``WORKERS`` (3): the server's processes for requests
- ``LIMIT`` (500): milliseconds
- ``JSON``: a file for the figures
"""

import dataclasses
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from xml.etree import ElementTree

import demo
import setup_env
import template_db
from server import Server
from toolbox import ROOT, fail, say

USERS = int(os.environ.get("USERS") or 25)
SECONDS = float(os.environ.get("SECONDS") or 300)
THINK = float(os.environ.get("THINK") or 1)
WORKERS = int(os.environ.get("WORKERS") or 3)
LIMIT = float(os.environ.get("LIMIT") or 500)
# seconds between two users who come to work
RAMP = 0.4
# screen: (action, view, grouped by, how often it is opened beside the others)
SCREENS = {
    "tickets, list": (
        "dist_hypercare_helpdesk_mgmt.helpdesk_ticket_action_rollout",
        "list",
        None,
        15,
    ),
    "tickets, board": (
        "dist_hypercare_helpdesk_mgmt.helpdesk_ticket_action_rollout",
        "kanban",
        "stage_id",
        10,
    ),
    "ticket, form": (
        "dist_hypercare_helpdesk_mgmt.helpdesk_ticket_action_rollout",
        "form",
        None,
        8,
    ),
    "gates, list": ("dist_wave_planning.dist_gate_action", "list", None, 8),
    "gate, form": ("dist_wave_planning.dist_gate_action", "form", None, 4),
    "hypercare, list": ("dist_hypercare.dist_hypercare_action", "list", None, 5),
    "hypercare, form": ("dist_hypercare.dist_hypercare_action", "form", None, 4),
    "status of measures": (
        "dist_rollout_governance.dist_measure_status_action",
        "list",
        None,
        6,
    ),
    "values of measures": (
        "dist_rollout_governance.dist_measure_value_action",
        "list",
        None,
        6,
    ),
    "sites, list": ("dist_rollout_governance.dist_site_action", "list", None, 6),
    "issues, list": ("dist_rollout_governance.dist_issue_action", "list", None, 4),
}
COMMAND_CENTER = 15
REPLY, CHANGE = 6, 3
PAGE = 80


class RequestError(Exception):
    """The server answered with an error."""


@dataclasses.dataclass
class Sample:
    """One request.

    :param kind: what was asked for
    :param is_read: whether nothing was to be changed
    :param milliseconds: until the answer was there
    :param error: what went wrong, or nothing
    """

    kind: str
    is_read: bool
    milliseconds: float
    error: str = ""


class Session:
    """A person's session of the web client."""

    def __init__(self, url, login, password):
        import requests  # set up by main

        self.url = url
        self.http = requests.Session()
        self.call_route(
            "/web/session/authenticate",
            db=demo_copy(),
            login=login,
            password=password,
        )

    def call_route(self, route, **params):
        answer = self.http.post(
            self.url + route,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=120,
        )
        if answer.status_code != 200:
            raise RequestError(f"HTTP {answer.status_code}")
        content = answer.json()
        if "error" in content:
            data = content["error"]["data"]
            raise RequestError(f"{data['name']}: {data['message']}")
        # a method that returns nothing has no result
        return content.get("result")

    def call(self, model, method, *args, **kwargs):
        return self.call_route(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )


def demo_copy():
    return f"load_{os.getpid()}"


def specification(arch, fields):
    """Return what a view reads, as the web client would ask for it."""
    wanted = {"display_name": {}}
    for node in ElementTree.fromstring(arch).iterfind(".//field"):
        field = fields.get(node.get("name"))
        if field and field["type"] == "many2one":
            wanted[node.get("name")] = {"fields": {"display_name": {}}}
        elif field:
            wanted[node.get("name")] = {}
    return wanted


class Screen:
    """A view of an action, and what it asks for."""

    def __init__(self, session, action, view, group):
        loaded = session.call_route("/web/action/load", action_id=action)
        self.model, self.view, self.group = loaded["res_model"], view, group
        view_id = next(
            (number for number, kind in loaded["views"] if kind == view), False
        )
        views = session.call(
            self.model, "get_views", views=[[view_id, view], [False, "search"]]
        )
        self.fields = specification(
            views["views"][view]["arch"], views["models"][self.model]["fields"]
        )
        self.ids = session.call(self.model, "search", [], limit=PAGE)

    def open(self, session):
        if self.view == "form":
            record = random.choice(self.ids)
            session.call(self.model, "web_read", [record], specification=self.fields)
        elif self.group:
            session.call(
                self.model,
                "web_read_group",
                domain=[],
                groupby=[self.group],
                aggregates=["__count"],
                auto_unfold=True,
                unfold_read_specification=self.fields,
                unfold_read_default_limit=40,
            )
        else:
            session.call(
                self.model,
                "web_search_read",
                domain=[],
                specification=self.fields,
                limit=PAGE,
                count_limit=10001,
            )


class Person(threading.Thread):
    """Somebody at work: looks at a screen, thinks, looks at another one."""

    def __init__(self, number, session):
        super().__init__(name=f"person {number}", daemon=True)
        self.session = session
        self.wait = number * RAMP
        self.samples = []
        self.tasks = [(COMMAND_CENTER, "command center", self._command_center)]

    def learn_screens(self):
        """Find the screens that are not refused; nobody opens others."""
        for name, (action, view, group, weight) in SCREENS.items():
            try:
                screen = Screen(self.session, action, view, group)
            except RequestError as error:
                if "AccessError" not in str(error):
                    raise
                continue
            if screen.ids:
                task = lambda screen=screen: screen.open(self.session)  # noqa: E731
                self.tasks.append((weight, name, task))
        self.tickets = self._own_tickets()
        if self.tickets:
            self.tasks.append((REPLY, "reply to a ticket", self._reply))
            self.tasks.append((CHANGE, "change a ticket", self._change))

    def _own_tickets(self):
        """Return tickets the person may work on."""
        if not self.session.call("helpdesk.ticket", "has_access", [], "write"):
            return []
        return self.session.call("helpdesk.ticket", "search", [], limit=500)

    def _command_center(self):
        self.session.call("dist.wave", "command_center_data", [])

    def _reply(self):
        self.session.call(
            "helpdesk.ticket",
            "message_post",
            [random.choice(self.tickets)],
            body="We are on it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _change(self):
        self.session.call(
            "helpdesk.ticket",
            "web_save",
            [random.choice(self.tickets)],
            {"dist_urgency": random.choice(("now", "today", "week"))},
            specification={"display_name": {}},
        )

    def run(self):
        time.sleep(self.wait)
        weights = [weight for weight, _kind, _task in self.tasks]
        while time.monotonic() < self.end:
            [(_weight, kind, task)] = random.choices(self.tasks, weights)
            self.samples.append(self._measure(kind, task))
            time.sleep(THINK * random.uniform(0.5, 1.5))

    def _measure(self, kind, task):
        started = time.monotonic()
        try:
            task()
            error = ""
        except Exception as problem:  # noqa: BLE001 - whatever happens is counted
            error = f"{type(problem).__name__} {problem}"[:200]
        milliseconds = 1000 * (time.monotonic() - started)
        is_read = task not in (self._reply, self._change)
        return Sample(kind, is_read, milliseconds, error)


class Job(threading.Thread):
    """Keeps the computation of the measures at work until the end."""

    def __init__(self, session, measure):
        super().__init__(name="job", daemon=True)
        self.session, self.measure = session, measure
        self.runs, self.error = 0, ""

    def run(self):
        while time.monotonic() < self.end:
            if not self.runs or not self.waiting():
                try:
                    self.session.call("dist.measure", "action_backfill", [self.measure])
                except Exception as problem:  # noqa: BLE001 - it is reported
                    self.error = str(problem)
                    return
                self.runs += 1
            time.sleep(1)

    def waiting(self):
        """Return how many days of sites are queued."""
        found = template_db.sql("SELECT COUNT(*) FROM dist_measure_queue", demo_copy())
        return int(found[0])


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0


def figures(samples, seconds):
    """Return the figures of some requests as a dict."""
    times = [sample.milliseconds for sample in samples]
    return {
        "requests": len(samples),
        "per_second": round(len(samples) / seconds, 2),
        "p50": round(percentile(times, 0.5)),
        "p95": round(percentile(times, 0.95)),
        "max": round(max(times, default=0)),
        "errors": sum(bool(sample.error) for sample in samples),
    }


def report(samples, seconds):
    """Return ``{line: figures}``: each kind, then reads, writes and all."""
    kinds = sorted({sample.kind for sample in samples})
    result = {
        kind: figures([one for one in samples if one.kind == kind], seconds)
        for kind in kinds
    }
    for name, is_read in (("reads", True), ("writes", False)):
        result[name] = figures(
            [one for one in samples if one.is_read == is_read], seconds
        )
    result["all"] = figures(samples, seconds)
    return result


def show(result):
    columns = next(iter(result.values()))
    print(f"{'':<22}" + "".join(f"{name:>12}" for name in columns))
    for line, values in result.items():
        print(f"{line:<22}" + "".join(f"{value:>12}" for value in values.values()))


def work(server, data):
    """Have everybody at work for a while.

    :return: (samples, seconds, job)
    """
    password = demo.PASSWORD.read_text()
    say(f"{USERS} people log in")
    logins = data["logins"]
    sessions = [
        Session(server.url, logins[number % len(logins)], password)
        for number in range(USERS)
    ]
    people = [Person(number, session) for number, session in enumerate(sessions)]
    for person in people:
        person.learn_screens()
    started = time.monotonic()
    job = Job(Session(server.url, "program", password), data["measure"])
    for thread in (job, *people):
        thread.end = started + SECONDS
    say(f"they work for {SECONDS:g} s beside the job of the measures")
    for thread in (job, *people):
        thread.start()
    for thread in (job, *people):
        thread.join()
    samples = [sample for person in people for sample in person.samples]
    return samples, time.monotonic() - started, job


def job_figures(job):
    """Return what the job did, and the errors it left."""
    [line] = template_db.sql(
        "SELECT json_build_object('windows', (SELECT COALESCE(SUM(done), 0)"
        " FROM ir_cron_progress p JOIN ir_cron c ON c.id = p.cron_id"
        " JOIN ir_act_server a ON a.id = c.ir_actions_server_id"
        " WHERE a.code = 'model._cron_compute()'),"
        " 'values', (SELECT COUNT(*) FROM dist_measure_value),"
        " 'errors', (SELECT COUNT(*) FROM dist_measure WHERE last_error IS NOT NULL))",
        demo_copy(),
    )
    return {"runs": job.runs, **json.loads(line), "error": job.error}


def judge(result, job):
    """Return what is not as it should be, a sentence each."""
    if result["all"]["errors"]:
        yield f"{result['all']['errors']} requests failed"
    if result["reads"]["p95"] >= LIMIT:
        yield f"one read in twenty takes {result['reads']['p95']} ms or longer"
    if job["error"] or job["errors"]:
        yield f"the measures were not computed: {job['error'] or job['errors']}"
    if not job["windows"]:
        yield "the job of the measures has not run"


def measure(data):
    server = Server(demo_copy(), workers=WORKERS, crons=1)
    try:
        before = os.getloadavg()
        samples, seconds, job = work(server, data)
        after = os.getloadavg()
        job = job_figures(job)
    finally:
        server.kill()
    result = report(samples, seconds)
    show(result)
    print(
        f"{USERS} people, {THINK:g} s think time, {seconds:.0f} s, {WORKERS} processes,"
        f" {os.cpu_count()} cores; load {before[0]:.1f} before, {after[0]:.1f} after"
    )
    print(
        f"the job of the measures: {job['windows']} windows in {job['runs']} rounds,"
        f" {job['values']} values"
    )
    for text, count in Counter(one.error for one in samples if one.error).most_common():
        print(f"{count} × {text}")
    if target := os.environ.get("JSON"):
        content = {"requests": result, "job": job, "load": [before, after]}
        pathlib.Path(target).write_text(json.dumps(content, indent=2) + "\n")
    return list(judge(result, job))


def prepared():
    """Make the copy; return what ``prepare.py`` prints."""
    with template_db.locked("demo"):
        demo.ensure_database()
        template_db.clone(demo.DATABASE, demo_copy())
    say("adding sites, shipments, counts and tickets")
    printed = subprocess.run(
        ["python", "tools/in_odoo.py", demo_copy(), "tests/load/prepare.py"],
        check=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return json.loads(printed.strip().splitlines()[-1])


def main():
    setup_env.ready()
    if sys.prefix != str(setup_env.VENV):
        # again, with the environment's libraries
        sys.exit(subprocess.call([setup_env.VENV / "bin" / "python", __file__]))
    try:
        problems = measure(prepared())
    finally:
        template_db.drop(demo_copy())
    if problems:
        fail("; ".join(problems), code=1)


if __name__ == "__main__":
    main()
