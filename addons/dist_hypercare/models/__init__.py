<<<<<<< HEAD
from . import account_move
from . import dist_adoption_snapshot
from . import dist_correction
=======
from . import dist_benefit
>>>>>>> engine
from . import dist_hypercare
from . import dist_hypercare_criterion
from . import dist_hypercare_criterion_template
from . import dist_hypercare_handover
from . import dist_hypercare_handover_item
from . import dist_hypercare_session
from . import dist_hypercare_session_item
from . import dist_improvement
from . import dist_major_incident
from . import dist_major_incident_log
from . import dist_measure
from . import dist_measure_provider_confidence
from . import dist_measure_provider_count
from . import dist_measure_provider_shipment
<<<<<<< HEAD
from . import dist_period_close
from . import dist_posting_attempt
=======
from . import dist_measure_value
from . import dist_meeting
from . import dist_program
>>>>>>> engine
from . import dist_site
from . import dist_wave_command_center_mixin
from . import dist_wave
from . import dist_workaround
from . import product_product
from . import purchase_order
from . import purchase_order_line
from . import res_company
from . import sale_order
from . import sale_order_line
from . import stock_move
from . import stock_move_line
from . import stock_picking
from . import survey_question
