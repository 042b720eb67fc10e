"""What the import templates of the registers contain: columns and an example row.

``TEMPLATES`` is the only place that says so. ``tools/import_templates.py`` writes the
files below ``static/xls`` from it; labels, options and help texts come from the models.

A column gives its field, the example in the type of the field (an option by its key,
links by what a search by name finds) and a note, in place of the help of the field.
"""

from datetime import date
from typing import NamedTuple


class Column(NamedTuple):
    """One column of a template: a field, the example's value, a note for people."""

    name: str
    example: object = None
    note: str = ""


FOLDER = "static/xls"
HINTS = (
    "Only the first sheet is imported. Enter one row for each entry there and remove "
    "the row of the example.",
    "The column id names the row: an import with the same id changes the same entry, "
    "one with a new id adds an entry.",
    "What is named by a link, such as the program, the site or a person, has to exist "
    "before the import.",
    "An empty cell empties the field. Remove the columns that you don't need.",
    "Once an entry was decided on or closed, what was settled can't be imported again.",
)
# The note of a link, by the model it leads to.
LINK_NOTES = {
    "account.analytic.account": "Name of the analytic account.",
    "dist.app": "Name or technical module name of an application of the catalogue.",
    "dist.blueprint": "Name of the blueprint, which has to be a draft. Where several "
    "versions have the name, the newest is taken; blueprint_id/id as the title of the "
    "column takes the external ID instead.",
    "dist.blueprint.element": "Code or name of the element. Where several versions of "
    "the blueprint have it, the newest is taken; element_id/id as the title of the "
    "column takes the external ID instead.",
    "dist.milestone": "Name of the milestone. Where several milestones have the name, "
    "write /id behind the title of the column and use the external ID, as in the "
    "template of the milestones.",
    "dist.process": "Code or name of a process of the catalogue.",
    "dist.program": "Name of the program, which has to exist.",
    "dist.region": "Code or name of the region.",
    "dist.requirement": "Title of the requirement, which has to be of the class "
    "Customize.",
    "dist.risk": "Title of the risk.",
    "dist.site": "Code or name of the site, which has to exist in the program.",
    "dist.site.tag": "Name of the tag.",
    "dist.stakeholder": "Name or role of the stakeholder.",
    "res.company": "Name of the company.",
    "res.partner": "Name or e-mail address of the contact.",
    "res.users": "Login or name of a user.",
}
# More options than these are described, not listed.
MAX_OPTIONS = 40

PROGRAM = Column("program_id", "Alder Distribution Rollout")
SITE = Column("site_id", "LYO")
ONE_SITE = Column("site_id", "LYO", "The site it is about.")
OWNER = Column("owner_id", "Connor Consultant")


def _id(example):
    return Column(
        "id",
        example,
        "External ID: letters, digits and underscores, different in every row of every "
        "register, and kept for ever.",
    )


TEMPLATES = {
    "dist.site": (
        _id("site_nantes"),
        PROGRAM,
        Column("company_id", "Alder Distribution France"),
        Column("code", "NAN"),
        Column("name", "Nantes Warehouse"),
        Column("type", "regional"),
        Column(
            "tz",
            "Europe/Paris",
            "Name of the timezone in the IANA database, such as Europe/Paris.",
        ),
        Column("manager_id", "Luc Lyon"),
        Column("deputy_ids"),
        Column("super_user_ids"),
        Column("region_id"),
        Column("order_lines_per_day", 340),
        Column("receipt_lines_per_day", 90),
        Column("sku_count", 4100, "Products the site keeps or sells."),
        Column("user_count", 24),
        Column("shift_count", 2, "1 to 7."),
        Column("integration_count", 2),
        Column("order_profile", "case"),
        Column("traceability", "lot"),
        Column("has_quality_hold", True),
        Column("has_export_documents", False),
        Column("storage_tag_ids", "Pallet Rack,Shelving"),
        Column("requirement_tag_ids", "Customer Labels"),
    ),
    "dist.requirement": (
        _id("requirement_001"),
        PROGRAM,
        Column("name", "Customer labels on every carton"),
        Column("process_id", "fulfilment"),
        Column("affected_site_ids", "LYO"),
        Column("priority", "1_must"),
        Column("classification", "customize"),
        Column("description", "Two retail chains refuse cartons without their label."),
        Column("current_practice", "Labels are printed from a spreadsheet."),
        Column("standard_capability", "One label layout for all customers."),
        Column("effort_days", 18.5),
        Column("is_differentiating", "yes"),
        Column("is_recurring", "yes"),
        Column("is_unsolvable", "yes"),
        Column("test_rationale", "A tenth of the turnover; no standard layout fits."),
        Column(
            "replacement_process",
            None,
            "Class Retire Legacy: the process that takes the place of the legacy "
            "behaviour.",
        ),
        Column(
            "legal_reference",
            None,
            "Class Localize: law, regulation or ruling, with its paragraph.",
        ),
        OWNER,
    ),
    "dist.deviation": (
        _id("deviation_001"),
        PROGRAM,
        ONE_SITE,
        Column("name", "Deliver in one step"),
        Column("element_id", "DELIVERY"),
        Column("classification", "commercial"),
        Column("covers", "any"),
        Column("reason", "Customers load at the counter while they wait."),
        Column("legal_reference", None, "Classes Legal and Regulatory."),
        Column("cost", 4800, "What keeping the deviation costs a year."),
        Column("valid_until", date(2027, 12, 31)),
        Column("review_months", 6),
        OWNER,
    ),
    "dist.risk": (
        _id("risk_001"),
        PROGRAM,
        SITE,
        Column("name", "Opening stock is wrong at go-live"),
        Column("category", "data"),
        Column("description", "Pickers find empty locations on the first morning."),
        Column("cause", "Counts are older than the last receipts."),
        Column("consequence", "Orders are short-shipped, customers are credited."),
        Column("probability", 4),
        Column("impact", 5),
        Column("mitigation", "Freeze movements and count in the night of the cutover."),
        Column("residual_probability", 2),
        Column("residual_impact", 4),
        Column("contingency", "Count the fast movers again before each shift."),
        Column("warning_sign", "Stock accuracy of the trial load below 98 percent."),
        Column("date_deadline", date(2027, 3, 15)),
        OWNER,
    ),
    "dist.assumption": (
        _id("assumption_001"),
        PROGRAM,
        SITE,
        Column("name", "The carrier delivers its interface by February"),
        Column("description", "Labels and tracking numbers come from the carrier."),
        Column("consequence", "Shipping labels are printed in the carrier's portal."),
        Column("date_deadline", date(2027, 2, 12)),
        Column("evidence", None),
        OWNER,
    ),
    "dist.issue": (
        _id("issue_001"),
        PROGRAM,
        SITE,
        Column("name", "Scanners lose the network in the cold store"),
        Column("description", "Pickers walk to the door to send each line."),
        Column("severity", "high"),
        Column("date_deadline", date(2027, 1, 29)),
        Column("workaround", "Pick the cold store from paper."),
        Column("root_cause", "No access point behind the insulated wall."),
        Column("resolution", None),
        Column("risk_id", None, "The risk that has come true."),
        OWNER,
    ),
    "dist.milestone": (
        _id("milestone_001"),
        PROGRAM,
        SITE,
        Column("name", "Lyon: users trained"),
        Column("workstream", "people"),
        Column(
            "baseline_date",
            date(2027, 3, 19),
            "The day agreed on, which an import can't change later. The forecast "
            "starts with it.",
        ),
        Column("actual_date", None, "The day it was reached; empty until then."),
        Column("description", "Every picker has passed the exercise."),
        OWNER,
    ),
    "dist.dependency": (
        _id("dependency_001"),
        Column("predecessor_id", "Lyon: test system ready"),
        Column("successor_id", "Lyon: key users trained"),
        Column("lag_days", 5),
        Column("note", "Test system with the data of the trial load"),
    ),
    "dist.budget.line": (
        _id("budget_001"),
        PROGRAM,
        SITE,
        Column("name", "Label printers"),
        Column("category", "hardware"),
        Column("planned", 12500, "In the currency of the program's lead company."),
        Column("committed", 8400.5),
        Column("spent", 3200),
        Column("note", "Six printers with spare heads."),
        OWNER,
    ),
    "dist.stakeholder": (
        _id("stakeholder_001"),
        PROGRAM,
        SITE,
        Column("partner_id", "Luc Lyon"),
        Column("role", "Site manager"),
        Column("site_ids", "LYO", "Sites concerned. Empty: all sites of the program."),
        Column("is_sponsor", False),
        Column("influence", 4, "1 low to 5 high."),
        Column("interest", 5, "1 low to 5 high."),
        Column("attitude", "3"),
        Column("attitude_target", "5"),
        Column("concerns", "Overtime in the weeks of the cutover."),
        Column("engagement", "Meets the program manager every second week."),
        OWNER,
    ),
    "dist.communication": (
        _id("communication_001"),
        PROGRAM,
        SITE,
        Column("name", "Go-live is done"),
        Column("purpose", "The site team knows whom to call."),
        Column("trigger", "event"),
        Column("event_code", "site_cutover", "When the trigger is a program event."),
        Column("next_date", None, "When the trigger is a date or a cadence."),
        Column("cadence", None, "When the trigger is a cadence."),
        Column("stakeholder_ids", None),
        Column("to_site_teams", True),
        Column("channel", "message"),
        Column(
            "subject",
            "{{ sites }}: we are live",
            "May hold placeholders, such as {{ program }}, {{ sites }} or {{ date }}.",
        ),
        Column(
            "body",
            "Since today you work in Odoo. Call the command center.",
            "May hold the same placeholders.",
        ),
        OWNER,
    ),
    "dist.action": (
        _id("action_001"),
        PROGRAM,
        SITE,
        Column("name", "Order the access point for the cold store"),
        Column("responsible_id", "Connor Consultant"),
        Column("date_deadline", date(2027, 1, 22)),
        Column("note", "Agreed in the meeting of the program office."),
    ),
    "dist.app.scope": (
        _id("app_scope_001"),
        PROGRAM,
        SITE,
        Column("app_id", "maintenance"),
        Column("status", "extension"),
        Column("reason", "The conveyor is serviced by the site itself."),
        Column("is_localization", False),
        Column("legal_reference", None),
    ),
    "dist.blueprint.element": (
        _id("element_001"),
        Column("blueprint_id", "Distribution Template"),
        Column("area", "sop"),
        Column("code", "CYCLE-COUNT"),
        Column("name", "Cycle counts"),
        Column("process_id", "inventory_control"),
        Column("standard", "A locations are counted every month, others each quarter."),
        Column("is_mandatory", False),
    ),
    "dist.document": (
        _id("document_001"),
        PROGRAM,
        SITE,
        Column("code", "SOP-017"),
        Column("name", "Receiving damaged goods"),
        Column("type", "sop"),
        Column("process_id", "inbound"),
        Column("confidentiality", "internal"),
        Column("review_date", date(2027, 9, 30)),
        Column("retention_until", date(2032, 12, 31)),
        Column("description", "From the dock to the claim to the supplier."),
        OWNER,
    ),
    "dist.observation": (
        _id("observation_001"),
        PROGRAM,
        ONE_SITE,
        Column("name", "Receipts are booked at the end of the shift"),
        Column("process_id", "inbound"),
        Column("method", "walkthrough"),
        Column("observed_on", date(2025, 9, 16), "Not later than today."),
        Column("description", "Stock is in the rack hours before it is in the system."),
        Column("has_bypass", True),
        Column("bypass", "Quantities are noted on paper after each truck."),
        Column("volume_per_day", 35),
        Column("sample_size", 20),
        Column("exception_count", 12, "Cases out of order, of those looked at."),
        Column("severity", "high"),
        OWNER,
    ),
    "dist.customization": (
        _id("customization_001"),
        PROGRAM,
        Column("name", "Carton labels by customer"),
        Column("requirement_id", "Customer labels on every carton"),
        Column("business_case", "Keeps a tenth of the turnover."),
        Column("test_plan", "One automatic test for each label layout."),
        Column("rollback", "Print the labels from the spreadsheet again."),
        Column("support", "Team Logistics, support@alder.example."),
        Column("upgrade_impact", "Two days for each release."),
        Column("retirement_review_on", date(2028, 6, 30)),
        Column("module_name", "alder_carton_label"),
        OWNER,
    ),
}
