"""Have the scripts and styles of the web client ready in a database.

Every test in a browser runs in a transaction of its own; without this each of them
would bundle the same files again, and throw the bundle away.
"""


def main(env, arguments):
    env["ir.qweb"]._pregenerate_assets_bundles()
