from . import test_captures
from . import test_changed_days
from . import test_doors
from . import test_hypercare
from . import test_measure_count
from . import test_measure_engine
from . import test_measure_shipment
from . import test_tour
