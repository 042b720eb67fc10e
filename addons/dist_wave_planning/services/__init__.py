from . import calendar_entry, period_ends
