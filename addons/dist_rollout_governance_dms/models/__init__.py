from . import dms_security_mixin
from . import dms_access_group
from . import dms_directory
from . import dms_file
from . import dist_document
from . import dist_program
from . import dist_site
