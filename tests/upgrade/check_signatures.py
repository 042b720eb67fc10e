"""After an upgrade: the chains are intact, and what was signed is signed."""

import sys


def main(env, arguments):
    findings = [
        finding
        for chain in env["dist.signoff.chain"].search([])
        for finding in chain._run_check()
    ]
    signed = [
        *env["dist.gate"].search([("state", "=", "signed")]),
        *env["dist.migration.cycle"]
        .search([("state", "=", "signed")])
        .reconciliation_ids,
    ]
    findings += [
        f"{record.display_name} is no longer signed"
        for record in signed
        if record.signoff_state != "signed"
    ]
    if findings:
        sys.exit("\n".join(findings))
