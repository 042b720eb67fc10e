"""After an upgrade: the chains are intact, and what was signed is signed."""

import sys


def main(env, arguments):
    findings = [
        finding
        for chain in env["dist.signoff.chain"].search([])
        for finding in chain._run_check()
    ]
    stale = (
        env["dist.gate"]
        .search([("state", "=", "signed")])
        .filtered(lambda gate: gate.signoff_state != "signed")
    )
    findings += [f"{gate.display_name} is no longer signed" for gate in stale]
    if findings:
        sys.exit("\n".join(findings))
