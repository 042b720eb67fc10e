from . import test_access
from . import test_communication
from . import test_gate
from . import test_gate_drift
from . import test_gate_signoff
from . import test_readiness_measures
from . import test_tours
from . import test_wave
