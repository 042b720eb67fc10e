from . import test_blueprint_page
from . import test_document_page
