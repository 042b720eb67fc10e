"""Which site goes live in which wave, and when: a proposal that people change.

Plain Python: a :class:`Problem` in, a :class:`Plan` out. Two engines share the
constraints, the explanations and the dates:

- ``cp_sat``: the solver of OR-Tools, when it is installed. It says how far its plan is
  from the best there can be.
- ``greedy``: fills one wave after the other. It knows nothing about the gap.

What always holds: every site goes live once; no wave has more sites or more effort
than it can take; fixed and locked sites stay where they are; nobody but the pilot is in
the pilot wave; a distribution center is in the wave of its branches or before it; a
wave that is closed to others gets no site. What is wished for: simple sites first, high
volume late, neighbours together, the same effort in each wave.

Nothing here is text for a person. A :class:`Note` is a code with its values; whoever
shows it has the words.
"""

from .note import PROBLEMS, REASONS, WISHES, Note
from .obstacles import diagnose
from .plan import Placement, Plan
from .problem import Blocked, Problem, Site, Wave
from .proposal import available_methods, propose
