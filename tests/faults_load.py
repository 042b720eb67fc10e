"""Load the waiting cycles, as the scheduled action does; run by test_faults."""


def main(env, _arguments):
    env["dist.migration.cycle"]._cron_load()
