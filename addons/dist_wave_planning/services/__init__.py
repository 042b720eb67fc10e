from . import calendar_entry, period_ends, wave_planner
