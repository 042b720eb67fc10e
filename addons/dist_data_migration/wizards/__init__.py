from . import dist_migration_upload
from . import dist_migration_mapping_import
from . import dist_reconciliation_case_wizard
from . import dist_migration_correction
from . import dist_migration_archive
