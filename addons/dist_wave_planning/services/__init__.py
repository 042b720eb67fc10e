from . import calendar_entry, coverage, period_ends, wave_planner
