from . import dist_migration_upload
from . import dist_migration_mapping_import
