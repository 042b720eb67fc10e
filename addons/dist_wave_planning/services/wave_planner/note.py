"""What the planner has to say, as a code with its values; the words are elsewhere."""

from dataclasses import dataclass, field

# Every code a note may have.
PROBLEMS = frozenset(
    {
        "no_such_wave",
        "wave_closed",
        "wave_too_full",
        "wave_too_hard",
        "pilot_elsewhere",
        "too_many_pilots",
        "before_supplier",
        "too_few_places",
        "site_too_hard",
        "too_little_effort",
        "no_plan",
        "no_plan_in_time",
        "site_left_over",
    }
)
WISHES = frozenset(
    {
        "area_split",
        "nearby_split",
        "effort_uneven",
        "no_free_day",
        "day_with_warning",
        "given_day_blocked",
    }
)
REASONS = frozenset(
    {
        "fixed",
        "locked",
        "pilot_named",
        "pilot_moderate",
        "simple_early",
        "simple_late",
        "complex_early",
        "complex_late",
        "with_supplier",
        "after_supplier",
        "supplies",
        "same_area",
        "near_by",
        "same_company",
        "same_type",
        "high_volume_late",
    }
)


@dataclass(frozen=True)
class Note:
    """Something to tell a person: a code and the values of its sentence."""

    code: str
    values: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.code not in PROBLEMS | WISHES | REASONS:
            raise ValueError(f"there is no sentence for {self.code}")
