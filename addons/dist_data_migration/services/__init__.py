from . import loaders
from . import mapping
from . import reader
from . import rules
from . import probes
from . import certificate
from . import comparisons
