"""Build the demo program with whatever version of the addons is installed."""


def main(env, arguments):
    env["dist.rollout.demo"]._build()
