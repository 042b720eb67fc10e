from . import base
from . import location
from . import partner
from . import product
from . import stock
from . import sale_order
from .base import LOADERS
