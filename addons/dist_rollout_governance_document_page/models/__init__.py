from . import dist_page_mixin
from . import dist_document
from . import dist_document_version
from . import dist_blueprint
from . import dist_blueprint_element
from . import document_page
from . import document_page_history
