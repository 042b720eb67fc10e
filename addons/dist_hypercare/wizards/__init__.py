from . import dist_major_incident_message_wizard
from . import stock_return_picking
