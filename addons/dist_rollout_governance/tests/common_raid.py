from .common import RolloutCommon


class RaidCommon(RolloutCommon):
    """Ways to fill the registers of ``program``; the consultant does it."""

    @classmethod
    def _create(cls, model, user=None, **values):
        return (
            cls.env[model]
            .with_user(user or cls.user_consultant)
            .create({"program_id": cls.program.id, **values})
            .with_env(cls.env)
        )

    @classmethod
    def _create_risk(cls, user=None, **values):
        return cls._create(
            "dist.risk",
            user,
            **{
                "name": "Wrong stock",
                "mitigation": "Count before the cutover",
                "owner_id": cls.user_consultant.id,
                **values,
            },
        )

    @classmethod
    def _create_milestone(cls, name, day, user=None, **values):
        return cls._create(
            "dist.milestone", user, **{"name": name, "baseline_date": day, **values}
        )

    @classmethod
    def _depend(cls, predecessor, successor, lag=0, user=None):
        return (
            cls.env["dist.dependency"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "predecessor_id": predecessor.id,
                    "successor_id": successor.id,
                    "lag_days": lag,
                }
            )
            .with_env(cls.env)
        )
