"""Companies and people of the demo program."""

from odoo.fields import Command

# the holding, three sales entities and the two that import for them
EVERYWHERE = "fr us de nl hk holding"
ROLES = "dist_rollout_governance.group_"
# login: (name, roles, company keys)
PEOPLE = {
    "program": ("Paula Program", "program_admin", EVERYWHERE),
    "consultant": ("Connor Consultant", "consultant", EVERYWHERE),
    "steering": ("Stella Steering", "governance_member", EVERYWHERE),
    "steward": ("Dana Steward", "data_steward", EVERYWHERE),
    "controller": (
        "Fiona Controller",
        "finance_controller governance_member",
        EVERYWHERE,
    ),
    "command": ("Cleo Command", "command_center governance_member", EVERYWHERE),
    "lyon": ("Luc Lyon", "site_manager", "fr"),
    "lille": ("Léa Lille", "site_manager", "fr"),
    "boston": ("Ben Boston", "site_manager", "us"),
    "hamburg": ("Hanna Hamburg", "site_manager", "de"),
    "rotterdam": ("Ruben Rotterdam", "site_manager", "nl"),
    "marseille": ("Marc Marseille", "site_manager", "fr"),
}
# those who see the sales orders of every site, and who see no transfers
WITH_SALES = ("program", "consultant", "command")
WITHOUT_STOCK = ("steering",)
# people of a site, and who buys for everybody; login: (name, right, company keys)
WORKERS = {
    "lyon.sales": ("Sophie Sales", "sales_team.group_sale_salesman", "fr"),
    "lyon.picker": ("Pascal Picker", "stock.group_stock_user", "fr"),
    "lyon.inventory": ("Inès Inventory", "stock.group_stock_manager", "fr"),
    "lyon.buyer": ("Bruno Buyer", "purchase.group_purchase_user", "fr"),
    "purchasing": ("Greta Group", "purchase.group_purchase_manager", EVERYWHERE),
}
COMPANIES = {
    "fr": ("Alder Distribution France", "base.fr", "base.EUR", "Europe/Paris"),
    "us": ("Alder Distribution USA", "base.us", "base.USD", "America/New_York"),
    "de": ("Alder Distribution Germany", "base.de", "base.EUR", "Europe/Berlin"),
    "nl": ("Alder Import Europe", "base.nl", "base.EUR", "Europe/Amsterdam"),
    "hk": ("Alder Import Asia", "base.hk", "base.HKD", "Asia/Hong_Kong"),
    "holding": ("Alder Holding", "base.ch", "base.CHF", "Europe/Zurich"),
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
    env.ref("base.user_admin").company_ids += env["res.company"].union(
        *companies.values()
    )
    return companies


def create_people(env, companies):
    """Return ``{login: user}``. Their password is set by whoever serves the demo."""
    people = {}
    for login, (name, roles, keys) in PEOPLE.items():
        groups = [ROLES + role for role in roles.split()]
        if login not in WITHOUT_STOCK:
            groups.append("stock.group_stock_user")
        if login in WITH_SALES:
            groups.append("sales_team.group_sale_salesman_all_leads")
        people[login] = _create_user(env, companies, login, name, groups, keys)
    for login, (name, group, keys) in WORKERS.items():
        people[login] = _create_user(env, companies, login, name, [group], keys)
    return people


def _create_user(env, companies, login, name, groups, keys):
    own = [companies[key].id for key in keys.split()]
    # On a phone OdooBot's first chat would cover the application.
    quiet = (
        {"odoobot_state": "disabled"}
        if "odoobot_state" in env["res.users"]._fields
        else {}
    )
    return (
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
                "group_ids": [Command.set([env.ref(group).id for group in groups])],
            }
        )
    )
