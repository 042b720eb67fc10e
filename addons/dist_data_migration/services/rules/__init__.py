from .catalogue import FIXED_RULES, RESPONSIBLES, RULES, WHOLE_OBJECT_RULES
from .book import PARTNERS, RuleBook
