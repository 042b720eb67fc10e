from . import loaders
from . import mapping
from . import reader
from . import rules
from . import comparisons
