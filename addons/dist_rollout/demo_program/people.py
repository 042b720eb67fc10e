"""Companies and people of the demo program."""

from odoo.fields import Command

ROLES = "dist_rollout_governance.group_"
# login: (name, roles, company keys)
PEOPLE = {
    "program": ("Paula Program", "program_admin", "fr us"),
    "consultant": ("Connor Consultant", "consultant", "fr us"),
    "steering": ("Stella Steering", "governance_member", "fr us"),
    "steward": ("Dana Steward", "data_steward", "fr us"),
    "controller": ("Fiona Controller", "finance_controller governance_member", "fr us"),
    "command": ("Cleo Command", "command_center governance_member", "fr us"),
    "lyon": ("Luc Lyon", "site_manager", "fr"),
    "lille": ("Léa Lille", "site_manager", "fr"),
    "boston": ("Ben Boston", "site_manager", "us"),
}
COMPANIES = {
    "fr": ("Alder Distribution France", "base.fr", "base.EUR", "Europe/Paris"),
    "us": ("Alder Distribution USA", "base.us", "base.USD", "America/New_York"),
}


def create_companies(env):
    """Return ``{key: company}``."""
    companies = {}
    for key, (name, country, currency, tz) in COMPANIES.items():
        company = env["res.company"].create(
            {
                "name": name,
                "currency_id": env.ref(currency).id,
            }
        )
        # Through the partner: a company created with a country would install that
        # country's chart of accounts, which the demo does not need.
        company.partner_id.write({"tz": tz, "country_id": env.ref(country).id})
        companies[key] = company
    env.ref("base.user_admin").company_ids += companies["fr"] | companies["us"]
    return companies


def create_people(env, companies):
    """Return ``{login: user}``. Their password is set by whoever serves the demo."""
    people = {}
    # On a phone OdooBot's first chat would cover the application.
    quiet = (
        {"odoobot_state": "disabled"}
        if "odoobot_state" in env["res.users"]._fields
        else {}
    )
    for login, (name, roles, keys) in PEOPLE.items():
        own = [companies[key].id for key in keys.split()]
        groups = env.ref("stock.group_stock_user")
        for role in roles.split():
            groups |= env.ref(ROLES + role)
        if roles != "site_manager":
            groups |= env.ref("sales_team.group_sale_salesman_all_leads")
        people[login] = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    **quiet,
                    "name": name,
                    "login": login,
                    "email": f"{login}@alder.example",
                    "tz": COMPANIES[keys.split()[0]][3],
                    "company_id": own[0],
                    "company_ids": [Command.set(own)],
                    "group_ids": [Command.set(groups.ids)],
                }
            )
        )
    return people
