from . import dist_attest_wizard
from . import dist_signoff_check_wizard
from . import dist_signoff_wizard
from . import dist_vote_wizard

from . import dist_risk_catalogue_wizard
from . import dist_risk_indicator_wizard
from . import dist_communication_preview

from . import dist_blueprint_compare_wizard
from . import dist_conformance_catalogue_wizard
from . import dist_stage_plan_wizard
from . import dist_workplan_wizard
from . import dist_workplan_wizard_role
