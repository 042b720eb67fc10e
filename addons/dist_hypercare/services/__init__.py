from . import status_cells
