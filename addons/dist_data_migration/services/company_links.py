"""Odoo's check that linked records belong to the company, for many records at once."""


def links_fit(records, field_names=None):
    """Return whether every checked link of the records fits their company.

    The question is that of ``_check_company``, which asks it for each link of each
    record. A link fits by itself, whoever holds it, so all that is linked can be asked
    about together.

    :param records: of a model with a field ``company_id``
    :param field_names: those to check, all by default
    """
    checked = _checked_fields(records, field_names)
    # sudo: as in Odoo's check, a link counts whether the user may see its target or not
    linked = records.sudo()
    for field in checked:
        if field.company_dependent:
            # the value is that of the company at work
            holders = [(records.env.company, linked)]
        else:
            holders = linked.grouped("company_id").items()
        for company, held in holders:
            targets = held.mapped(field.name)
            domain = targets and targets._check_company_domain(company)
            if domain and targets != _all_of(targets).filtered_domain(domain):
                return False
    return True


def _checked_fields(records, field_names):
    if field_names is None or {"company_id", "company_ids"} & set(field_names):
        field_names = records._fields
    fields = (records._fields[name] for name in field_names)
    return [field for field in fields if field.relational and field.check_company]


def _all_of(targets):
    """Archived ones count as well."""
    return targets.with_context(active_test=False)
