"""Load a legacy extract into a new database and print its reconciliation.

Run by ``make trial DATA=folder MAPPING=file [JSON=file]`` on a throw-away database:
stage → validate → simulate → load → load again → reconcile. The table goes to
standard output; the JSON, ``{control: {legacy, odoo, difference, result}}`` beside the
findings per rule, goes there as well or into the file that is given.
"""

import argparse
import json
import pathlib
import sys
import time

from odoo.exceptions import UserError

COLUMNS = ("legacy", "odoo", "difference", "tolerance", "result")


def main(env, arguments):
    """Return 0 when the trial ran, whatever it found, and 2 when it can't run."""
    options = parse(arguments)
    folder, mapping = pathlib.Path(options.data), pathlib.Path(options.mapping)
    for given, path, is_there in (
        ("DATA", folder, folder.is_dir()),
        ("MAPPING", mapping, mapping.is_file()),
    ):
        if not is_there:
            return refuse(f"{given} must name what is there; {path} is not.")
    env = env(context={"lang": "en_US"})
    try:
        return run(env, folder, mapping.read_text(encoding="utf-8-sig"), options.json)
    except UserError as error:
        return refuse(str(error))
    except UnicodeDecodeError:
        return refuse(f"{mapping} is not UTF-8 text.")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="make trial")
    parser.add_argument("--data", required=True, help="folder of the extract")
    parser.add_argument("--mapping", required=True, help="mapping file, YAML or JSON")
    parser.add_argument("--json", help="file that receives the JSON")
    return parser.parse_args(arguments)


def refuse(message):
    print(f"ERROR: {message}", file=sys.stderr)
    return 2


def run(env, folder, mapping, json_path):
    started = time.monotonic()
    cycle = env["dist.migration.cycle"]._create_from_folder(
        folder, mapping, prepare_cycle(env)
    )
    unmapped = leave_unmapped(cycle)
    cycle.action_validate()
    cycle.action_simulate()
    cycle._load_now()
    changed = load_again(cycle)
    cycle.action_reconcile()
    report = make_report(cycle, changed, time.monotonic() - started)
    report["trial"]["unmapped_values"] = unmapped
    print_report(report)
    text = json.dumps(report, indent=2, ensure_ascii=False)
    if json_path:
        pathlib.Path(json_path).write_text(text + "\n", encoding="utf-8")
        print(f"\nJSON written to {json_path}")
    else:
        print(f"\n{text}")
    return 0


def prepare_cycle(env):
    """Return the values of a cycle in a program and a site of its own."""
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    program = env["dist.program"].create({"name": "Trial", "code": "TRIAL"})
    site = env["dist.site"].create(
        {
            "name": "Trial",
            "code": "TRIAL",
            "program_id": program.id,
            "manager_id": env.uid,
            "tz": "UTC",
            "warehouse_ids": warehouse.ids,
        }
    )
    return {
        "name": "Trial",
        "kind": "mock",
        "program_id": program.id,
        "company_id": env.company.id,
        "site_ids": site.ids,
    }


def leave_unmapped(cycle):
    """List values without a target; nobody is there to confirm one, so they fail."""
    tasks = cycle.value_ids.filtered(lambda task: task.state == "open")
    found = [
        {
            "object": task.object_id.code,
            "field": task.field_name,
            "value": task.value,
            "rows": task.row_count,
        }
        for task in tasks
    ]
    tasks.action_refuse()
    return found


def load_again(cycle):
    """Repeat the load and count the rows that did not stay the same; must be none."""
    cycle._load_now()
    groups = cycle.env["dist.migration.row"]._read_group(
        [("cycle_id", "=", cycle.id), ("outcome", "in", ("create", "update"))],
        [],
        ["__count"],
    )
    return groups[0][0]


def make_report(cycle, changed, seconds):
    reconciliation = cycle.reconciliation_id
    controls = {}
    for control in reconciliation.control_ids:
        kind = int if control.unit == "count" else float
        facts = control._facts()
        controls[control.code] = {
            "name": control.name,
            "legacy": kind(facts["legacy"]),
            "odoo": kind(facts["odoo"]),
            "difference": kind(facts["difference"]),
            "absolute_difference": float(facts["absolute_difference"]),
            "tolerance": float(facts["tolerance"]),
            "matches": control.match_count,
            "discrepancies": control.mismatch_count,
            "result": control.result,
        }
        if control.note:
            controls[control.code]["note"] = control.note
    return {
        **controls,
        "findings": findings(cycle),
        "trial": make_facts(cycle, reconciliation, changed, seconds),
    }


def make_facts(cycle, reconciliation, changed, seconds):
    """Return what else there is to say about the trial."""
    return {
        "result": reconciliation.result,
        "discrepancies": [
            {
                "control": line.control_id.code,
                "kind": line.kind,
                "key": line.key,
                "detail": line.detail or "",
                "legacy": line.legacy_value,
                "odoo": line.odoo_value,
            }
            for line in reconciliation.discrepancy_ids[:200]
        ],
        "rows": {
            "staged": cycle.row_count,
            "loaded": cycle.loaded_count,
            "held_back": cycle.invalid_count,
            "failed": cycle.failed_count,
            "changed_by_second_load": changed,
        },
        "failures": [
            {"object": row.object_id.code, "key": row.legacy_key, "message": row.error}
            for row in cycle.row_ids.filtered(lambda row: row.state == "failed")[:50]
        ],
        "files": reconciliation.parameters["files"],
        "mapping_sha256": reconciliation.mapping_hash,
        "result_sha256": reconciliation.result_hash,
        "seconds": round(seconds, 1),
    }


def findings(cycle):
    """Return ``{rule: {label, severity: count, examples}}``."""
    found = {}
    labels = dict(cycle.env["dist.migration.finding"]._selection_rule())
    for finding in cycle.finding_ids:
        rule = found.setdefault(
            finding.rule,
            {"name": labels[finding.rule], "error": 0, "warning": 0, "examples": []},
        )
        rule[finding.severity] += 1
        if len(rule["examples"]) < 3:
            rule["examples"].append(
                f"{finding.object_id.code} line {finding.line}: {finding.message}"
            )
    return found


def print_report(report):
    trial = report["trial"]
    controls = [
        part for name, part in report.items() if name not in ("findings", "trial")
    ]
    rows = [("Control", "Legacy", "Odoo", "Difference", "Tolerance", "Result")]
    for control in controls:
        rows.append((control["name"], *(shown(control[name]) for name in COLUMNS)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for position, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])]
        cells += [
            cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)
        ]
        print("  ".join(cells))
        if not position:
            print("  ".join("-" * width for width in widths))
    for control in controls:
        if control.get("note"):
            print(f"* {control['name']}: {control['note']}")
    for value in trial["unmapped_values"]:
        print(
            f"Without a target: {value['object']} {value['field']} {value['value']}"
            f" ({value['rows']} rows)"
        )
    print("\nFindings per rule")
    for rule in report["findings"].values():
        print(
            f"  {rule['name']}: {rule['error']} errors, {rule['warning']} warnings"
            f" (e.g. {rule['examples'][0]})"
        )
    if not report["findings"]:
        print("  none")
    counts = trial["rows"]
    print(
        f"\nRows: {counts['staged']} staged, {counts['loaded']} loaded,"
        f" {counts['held_back']} held back, {counts['failed']} failed;"
        f" a second load changed {counts['changed_by_second_load']}."
    )
    for line in trial["discrepancies"][:20]:
        print(
            f"  {line['control']}: {line['kind']} {line['key']}"
            f"{' (' + line['detail'] + ')' if line['detail'] else ''}:"
            f" legacy {shown(line['legacy'])}, Odoo {shown(line['odoo'])}"
        )
    for failure in trial["failures"][:20]:
        print(f"  {failure['object']} {failure['key']}: {failure['message']}")
    print(f"Result: {trial['result']} ({trial['seconds']} s)")


def shown(value):
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
