"""Find what no other check catches: code for an earlier Odoo, cards that crash."""

import re
from xml.etree import ElementTree

from toolbox import ROOT

# (what to look in, what to look for, what is wrong with it)
IDIOMS = (
    (
        "*.py",
        r"_sql_constraints|odoo\.osv|\bgroups_id\b|\bauto_join=|group_operator="
        r"|\.toggle_active\(|\._(cr|uid|context)\b|\.read_group\("
        r"|\b(check_access_rights|check_access_rule|_check_recursion)\("
        r"|\(\s*[0-6]\s*,\s*(0|_|False)\s*,"
        r"|[\"'](procurement\.group|product\.packaging|uom\.category"
        r"|stock\.quant\.package|stock\.valuation\.layer)[\"']",
        "this is no longer so in Odoo 19",
    ),
    (
        "*.xml",
        r"<tree\b|</tree>|kanban-box|\battrs=|\bstates=|groups_id|oe_chatter",
        "this is no longer so in Odoo 19",
    ),
    (
        "*.py",
        r"\bin \((self\.\w+|[\"'][\w.]+[\"'])\)",
        "a string in parentheses is no tuple",
    ),
)


def check(folders):
    """Say where there are such lines and cards.

    :return: how many there are
    """
    folders = list(folders)
    return _old_lines(folders) + _incomplete_cards(folders)


def _old_lines(folders):
    count = 0
    for pattern, expression, message in IDIOMS:
        search = re.compile(expression).search
        for path in sorted(
            path for folder in folders for path in folder.rglob(pattern)
        ):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if "migrations" not in path.parts and search(line):
                    print(
                        f"{path.relative_to(ROOT)}:{number}: {message}: {line.strip()}"
                    )
                    count += 1
    return count


def _incomplete_cards(folders):
    """Find kanban views that read a field of the record they don't load.

    Odoo accepts such a view, and the browser fails on the first card.
    """
    count = 0
    for path in sorted(path for folder in folders for path in folder.rglob("*.xml")):
        for kanban in ElementTree.parse(path).iter("kanban"):
            arch = ElementTree.tostring(kanban, encoding="unicode")
            loaded = {field.get("name") for field in kanban.iter("field")}
            for name in sorted(
                set(re.findall(r"\brecord\.(\w+)", arch)) - loaded - {"id"}
            ):
                print(f"{path.relative_to(ROOT)}: a card reads {name}: load the field")
                count += 1
    return count
