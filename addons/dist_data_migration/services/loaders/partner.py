from functools import cached_property

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


class PartnerLoader(Loader):
    """What customers and suppliers have in common."""

    model = "res.partner"
    rank = ""
    #: field that holds the payment term of this kind of partner
    term = ""
    chunk_size = 500
    targets = {
        "name": Target(_lt("Name"), required=True),
        "code": Target(_lt("Reference"), "code"),
        "is_company": Target(_lt("Company"), "boolean"),
        "contact_name": Target(_lt("Contact Name")),
        "contact_function": Target(_lt("Contact Job Position")),
        "street": Target(_lt("Street"), size=256),
        "street2": Target(_lt("Street 2"), size=256),
        "city": Target(_lt("City")),
        "state": Target(_lt("State")),
        "zip": Target(_lt("Zip"), "code"),
        "country": Target(_lt("Country")),
        "phone": Target(_lt("Phone")),
        "email": Target(_lt("Email"), size=256),
        "website": Target(_lt("Website"), size=512),
        "vat": Target(_lt("Tax ID"), "code"),
        "payment_term": Target(_lt("Payment Terms")),
        "note": Target(_lt("Notes"), "text"),
        "active": Target(_lt("Active"), "boolean"),
    }
    plain = ("street", "street2", "city", "zip", "phone", "email", "website", "vat")

    def prepare(self, row):
        data = row.data
        country = self._country(data.get("country"))
        vals = {
            "name": data["name"],
            "is_company": data.get("is_company", True),
            "company_id": self.company_id(),
            "active": data.get("active", True),
        }
        if self.rank:
            # makes them show up where users look for customers and vendors
            vals[self.rank] = 1
        vals.update({name: data[name] for name in self.plain if data.get(name)})
        if data.get("website"):
            # as Odoo will store it, else every load would see a difference
            vals["website"] = self.env[self.model]._clean_website(data["website"])
        if data.get("code"):
            vals["ref"] = data["code"]
        if data.get("note"):
            vals["comment"] = data["note"]
        if country:
            vals["country_id"] = country.id
            state = self._state(country, data.get("state"))
            if state:
                vals["state_id"] = state.id
        parent = "parent" in self.targets and self.reference(row, "parent")
        if parent:
            # a contact would take over the address of its parent
            vals.update(parent_id=parent, type="other")
        if data.get("payment_term"):
            company = ("company_id", "in", (False, self.cycle.company_id.id))
            vals[self.term] = self.named(
                "account.payment.term", data["payment_term"], (company,)
            )
        if data.get("contact_name"):
            vals["child_ids"] = [self._contact(data)]
        return vals

    def apply(self, rows):
        outcomes = super().apply(rows)
        self._note_contacts(outcomes)
        return outcomes

    def create_records(self, vals_list):
        """Create partners the way core's own import does.

        Parents and contacts hand addresses and commercial fields to each other, which
        costs as much as the rest; a partner with neither has nothing to hand over.
        """
        linked, single = [], []
        for position, vals in enumerate(vals_list):
            has_family = vals.get("parent_id") or vals.get("child_ids")
            (linked if has_family else single).append(position)
        records = {}
        for positions, create in (
            (linked, self._partners()._load_records_create),
            (single, self._create_single),
        ):
            if positions:
                created = create([vals_list[position] for position in positions])
                records.update(zip(positions, created.ids, strict=True))
        return self.env[self.model].browse(
            records[position] for position in range(len(vals_list))
        )

    def _partners(self):
        return self.env[self.model].with_context(dist_check_together=True)

    def _create_single(self, vals_list):
        """Create partners without parent and contacts."""
        Partner = self._partners().with_context(_partners_skip_fields_sync=True)
        # the salesperson would be the parent's; Odoo looks for it partner by partner
        partners = Partner.create([dict(vals, user_id=False) for vals in vals_list])
        self.skip_image_sizes(partners)
        return partners

    def difference(self, record, vals):
        """A partner that is used already has a higher rank, which stays."""
        changed = super().difference(record, vals)
        if self.rank in changed and record[self.rank]:
            del changed[self.rank]
        return changed

    def _note_contacts(self, outcomes):
        """Contacts that came with a new partner are taken back with it."""
        created = self.env[self.model].browse(
            line.res_id for line in outcomes if line.status == "create"
        )
        contacts = created.with_context(active_test=False).child_ids.filtered(
            lambda child: child.type == "contact" and not child.is_company
        )
        self.cycle._note_created(
            self.object, self.model, [("", contact.id) for contact in contacts]
        )

    def _contact(self, data):
        contact = {"type": "contact", "name": data["contact_name"], "is_company": False}
        if data.get("contact_function"):
            contact["function"] = data["contact_function"]
        return Command.create(dict(contact, company_id=self.company_id()))

    @cached_property
    def _countries(self):
        return self.cycle._countries()

    def _country(self, value):
        if not value:
            return None
        country = self._countries.get(value.casefold())
        if not country:
            raise LoadError(_lt("The country %(name)s is unknown.", name=value))
        return self.env["res.country"].browse(country)

    def _state(self, country, value):
        """Return the state, or None: free-text regions stay legacy attributes."""
        if not value:
            return None
        wanted = value.casefold()
        for state in country.state_ids:
            if wanted in (state.code.casefold(), state.name.casefold()):
                return state
        return None


@register
class CustomerLoader(PartnerLoader):
    key = "customer"
    rank = "customer_rank"
    term = "property_payment_term_id"
    targets = dict(
        PartnerLoader.targets,
        parent=Target(_lt("Parent Customer"), "reference", reference="customer"),
    )


@register
class SupplierLoader(PartnerLoader):
    key = "supplier"
    rank = "supplier_rank"
    term = "property_supplier_payment_term_id"
    targets = dict(
        PartnerLoader.targets,
        parent=Target(_lt("Parent Supplier"), "reference", reference="supplier"),
    )
