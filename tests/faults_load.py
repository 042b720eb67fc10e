"""Load the waiting cycles, as the scheduled action does; run by the tests of faults."""


def main(env, _arguments):
    env["dist.migration.cycle"]._cron_load()
