"""What the demo shows, for the terminal; run by demo.py, see in_odoo.py."""

import pathlib

UNITS = {"percent": "%", "hours": "h", "days": "d"}


def sites(env):
    """One line a site: where it stands, and its readiness or its clean days."""
    yield "Sites"
    for gate in env["dist.gate"].search([], order="planned_go_live, id"):
        line = (
            f"  {gate.site_id.display_name:<22} {gate.wave_id.name:<16}"
            f" gate {gate.state:<10} {gate.passed_count} of {gate.line_count} lines"
        )
        hypercare = env["dist.hypercare"].search(
            [("site_id", "=", gate.site_id.id), ("wave_id", "=", gate.wave_id.id)]
        )
        if hypercare:
            line += (
                f", hypercare {hypercare.state}:"
                f" {hypercare.clean_days} of {hypercare.required_clean_days} clean days"
            )
        yield line


def reconciliation(env):
    """One line for each control of the latest run of each load."""
    for cycle in env["dist.migration.cycle"].search([], order="id"):
        yield f"Reconciliation of {cycle.display_name}"
        for control in cycle.reconciliation_id.control_ids.sorted("sequence"):
            yield (
                f"  {control.name:<44} legacy {control.legacy:>12,.2f}"
                f"  Odoo {control.odoo:>12,.2f}  {control.result}"
            )


def measures(env):
    """One line for each measure of hypercare: its total over the days since go-live."""
    yield "Measures since go-live"
    criteria = env["dist.hypercare.criterion"].search([])
    for measure, site, value, days in env["dist.measure.value"]._read_group(
        [("measure_id", "in", criteria.measure_id.ids)],
        ["measure_id", "site_id"],
        ["value:avg", "__count"],
    ):
        unit = UNITS.get(measure.unit, "")
        yield (
            f"  {measure.name:<32} {site.display_name:<16}"
            f" {value:6.1f} {unit:<2} over {days} days"
        )


def summary(env):
    """Yield the lines about the demo program."""
    yield from sites(env)
    yield from reconciliation(env)
    yield from measures(env)


def main(env, arguments):
    port, password = arguments
    for line in summary(env):
        print(line)
    print(f"Address:  http://localhost:{port}")
    users = env["res.users"].search([("share", "=", False)])
    print(f"Logins:   {', '.join(sorted(users.mapped('login')))}")
    secret = pathlib.Path(password).read_text()
    print(f"Password: {secret} (the same for all; it is in {password})")
