from . import test_command_center
from . import test_escalation
from . import test_measure_ticket
from . import test_portal
from . import test_problem
from . import test_session
from . import test_ticket
from . import test_tour
