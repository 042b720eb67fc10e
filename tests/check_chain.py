"""Check a chain of sign-offs; run on a database, see ``tools/in_odoo.py``."""

import sys


def main(env, arguments):
    chain = env["dist.signoff.chain"].browse(int(arguments[0]))
    findings = chain._run_check()
    if findings:
        sys.exit("\n".join(findings))
