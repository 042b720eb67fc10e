from odoo import api, models
from odoo.tools import format_date


# a file for the words keeps both readable
# pylint: disable=consider-merging-classes-inherited
class DistWavePlan(models.Model):
    """The sentences of a proposal: its outcome, and why a site is in its wave."""

    _inherit = "dist.wave.plan"

    def _summary(self, plan):
        """Return the outcome as text: what was planned, or why nothing could be."""
        env = self.env
        if plan.problems:
            lines = [env._("There is no plan under these conditions:")]
            return "\n".join(lines + [f"- {self._say(note)}" for note in plan.problems])
        waves = len({place.wave for place in plan.placements})
        lines = [
            env._(
                "%(sites)s sites in %(waves)s waves.",
                sites=len(plan.placements),
                waves=waves,
            )
        ]
        if plan.gap is None:
            lines.append(
                env._("How far the plan is from the best one is unknown (greedy).")
            )
        elif plan.gap == 0:
            lines.append(env._("No plan meets the wishes better."))
        else:
            lines.append(
                env._(
                    "The best plan there can be is at most %(gap)s %% better.",
                    gap=f"{100 * plan.gap:.1f}",
                )
            )
        lines += [f"- {self._say(note)}" for note in plan.wishes]
        return "\n".join(lines)

    @api.model
    def _say(self, note):
        """Return the sentence of a note of the planner."""
        values = {
            name: format_date(self.env, value) if name == "day" else value
            for name, value in note.values.items()
        }
        return self._sentences()[note.code] % values

    @api.model
    def _sentences(self):
        """Return ``{code: sentence}`` of every note the planner gives."""
        return {
            **self._problem_sentences(),
            **self._wish_sentences(),
            **self._reason_sentences(),
        }

    @api.model
    def _problem_sentences(self):
        # The values come later, see _say.
        env = self.env
        return {
            "no_such_wave": env._(
                "%(site)s is held in wave %(wave)s, which does not exist. Unlock it, "
                "or plan more waves."
            ),
            "wave_closed": env._(
                "%(site)s is held in wave %(wave)s, which takes no sites any more. "
                "Unlock it."
            ),
            "wave_too_full": env._(
                "%(sites)s sites are held in wave %(wave)s, which takes %(capacity)s. "
                "Unlock some, or raise the sites per wave."
            ),
            "wave_too_hard": env._(
                "The sites held in wave %(wave)s take %(effort)s points of effort, of "
                "%(capacity)s there are. Unlock some, or raise the effort per wave."
            ),
            "pilot_elsewhere": env._(
                "%(site)s is a pilot and is held in wave %(wave)s. Take it off the "
                "pilots, or unlock it."
            ),
            "too_many_pilots": env._(
                "%(pilots)s sites are pilots, and a wave takes %(capacity)s. Name "
                "fewer of them, or raise the sites per wave."
            ),
            "before_supplier": env._(
                "%(site)s goes live in wave %(wave)s at the latest, before "
                "%(supplier)s that supplies it. Unlock one of them, or make both of "
                "them pilots."
            ),
            "too_few_places": env._(
                "%(sites)s sites are to be placed and there are %(places)s places. "
                "Raise the sites per wave to %(capacity)s, or plan %(more)s more waves."
            ),
            "site_too_hard": env._(
                "%(site)s takes %(effort)s points of effort, and a wave has "
                "%(capacity)s. Raise the effort per wave to %(effort)s."
            ),
            "too_little_effort": env._(
                "The sites take %(effort)s points of effort, and the waves have "
                "%(capacity)s. Raise the effort per wave, or plan more waves."
            ),
            "no_plan": env._(
                "No plan meets the capacity, the effort and the order of centers and "
                "branches together. Plan more waves, raise the capacity, or unlock "
                "sites."
            ),
            "no_plan_in_time": env._(
                "No plan was found in time. Give more seconds to compute, or plan more "
                "waves."
            ),
            "site_left_over": env._(
                "No wave was found for %(site)s; there may be a plan all the same. "
                "Plan more waves, raise the capacity, or unlock sites."
            ),
        }

    @api.model
    def _wish_sentences(self):
        env = self.env
        return {
            "area_split": env._(
                "The sites of region %(name)s are spread over the waves %(waves)s."
            ),
            "nearby_split": env._(
                "Sites that lie near each other are spread over the waves %(waves)s."
            ),
            "effort_uneven": env._(
                "The effort of the waves is uneven: from %(least)s to %(most)s points."
            ),
            "no_free_day": env._(
                "No free day was found for wave %(wave)s within three years."
            ),
            "day_with_warning": env._(
                "Wave %(wave)s goes live on %(day)s in spite of a warning: %(reason)s"
            ),
            "given_day_blocked": env._(
                "Wave %(wave)s is planned for %(day)s: %(reason)s"
            ),
        }

    @api.model
    def _reason_sentences(self):
        env = self.env
        return {
            "fixed": env._("It is in this wave already."),
            "locked": env._("Somebody has put it in wave %(wave)s."),
            "pilot_named": env._("It was named as a pilot."),
            "pilot_moderate": env._(
                "Pilot: of moderate complexity (%(complexity)s) and waits for no other."
            ),
            "simple_early": env._("Simple (%(complexity)s), so it comes early."),
            "simple_late": env._(
                "Simple (%(complexity)s); it comes late because of the other reasons "
                "or because earlier waves are full."
            ),
            "complex_early": env._(
                "Complex (%(complexity)s); it comes early because of the other reasons "
                "or to even out the effort."
            ),
            "complex_late": env._("Complex (%(complexity)s), so it comes late."),
            "with_supplier": env._("%(site)s, which supplies it, is in the same wave."),
            "after_supplier": env._(
                "%(site)s, which supplies it, goes live before it in wave %(wave)s."
            ),
            "supplies": env._(
                "It supplies %(count)s sites that go live with or after."
            ),
            "same_area": env._("%(count)s more of region %(name)s are in the wave."),
            "near_by": env._("%(count)s more that lie near it are in the wave."),
            "same_company": env._("%(count)s more of %(name)s are in the wave."),
            "same_type": env._("%(count)s more of its type are in the wave."),
            "high_volume_late": env._(
                "High volume (%(volume)s lines a day), so it comes late."
            ),
        }
