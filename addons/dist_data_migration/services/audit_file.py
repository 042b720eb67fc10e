"""Audit files as tables: SAF-T (financial, OECD 2.0) and XAF 3.2.

An audit file holds several lists; a mapping names one of them as ``sheet``::

    accounts      chart of accounts with opening balances
    customers, suppliers
    receivables, payables      open items

Namespaces don't count, so that the country versions of SAF-T read alike. Elements are
read one at a time and dropped, so memory does not grow with the file. A document type
declaration is refused: nothing in an audit file needs one, and entities are how XML
bombs and thefts of local files work. The network is never used.

SAF-T 2.0 has no list of open items: an invoice is open by its gross total less the
payments that name it.
"""

import decimal

from lxml import etree

from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: elements that are left open below the root
MAX_DEPTH = 64

PARTNER_SAFT = {
    "name": ("Name", "CompanyName"),
    "vat": ("TaxRegistration/TaxRegistrationNumber", "TaxRegistrationNumber"),
    "registration": ("RegistrationNumber",),
    "street": ("Address/StreetName", "Address/AddressDetail"),
    "number": ("Address/Number",),
    "zip": ("Address/PostalCode",),
    "city": ("Address/City",),
    "country": ("Address/Country",),
    "phone": ("Contact/Telephone",),
    "email": ("Contact/Email",),
    "account": ("AccountID",),
}
PARTNER_XAF = {
    "code": ("custSupID",),
    "name": ("custSupName",),
    "vat": ("taxRegIdent",),
    "registration": ("commerceNr",),
    "street": ("streetAddress/streetname",),
    "number": ("streetAddress/number",),
    "zip": ("streetAddress/postalCode",),
    "city": ("streetAddress/city",),
    "country": ("streetAddress/country", "taxRegistrationCountry"),
    "phone": ("telephone",),
    "email": ("eMail",),
}
ITEM = ("number", "partner", "date", "due_date", "amount", "account")
#: root element: list: (path of its records below the root, columns)
LISTS = {
    "AuditFile": {
        "accounts": (
            ("MasterFiles/GeneralLedgerAccounts/Account",),
            {
                "code": ("AccountID",),
                "name": ("AccountDescription",),
                "type": ("AccountType",),
                "debit": ("OpeningDebitBalance",),
                "credit": ("OpeningCreditBalance",),
            },
        ),
        "customers": (
            ("MasterFiles/Customers/Customer", "MasterFiles/Customer"),
            {"code": ("CustomerID",), **PARTNER_SAFT},
        ),
        "suppliers": (
            ("MasterFiles/Suppliers/Supplier", "MasterFiles/Supplier"),
            {"code": ("SupplierID",), **PARTNER_SAFT},
        ),
        "receivables": (("SourceDocuments/SalesInvoices/Invoice",), None),
        "payables": (("SourceDocuments/PurchaseInvoices/Invoice",), None),
    },
    "auditfile": {
        "accounts": (
            ("company/generalLedger/ledgerAccount",),
            {"code": ("accID",), "name": ("accDesc",), "type": ("accTp",)},
        ),
        "customers": (("company/customersSuppliers/customerSupplier",), PARTNER_XAF),
        "suppliers": (("company/customersSuppliers/customerSupplier",), PARTNER_XAF),
        "receivables": (
            ("company/openingBalance/obSubledgers/obSubledger/obSbLine",),
            None,
        ),
        "payables": (
            ("company/openingBalance/obSubledgers/obSubledger/obSbLine",),
            None,
        ),
    },
}
#: type of a partner in XAF (customer, supplier, both) by list
XAF_TYPES = {"customers": ("C", "B"), "suppliers": ("S", "B")}
#: side of an open item in XAF: of the invoice, or of the partner
XAF_SIDES = {"receivables": ("S", "C"), "payables": ("P", "S")}
XAF_PARTNER = "company/customersSuppliers/customerSupplier"
SAFT_INVOICE = {
    "number": ("InvoiceNo",),
    "partner": (
        "CustomerInfo/CustomerID",
        "SupplierInfo/SupplierID",
        "CustomerID",
        "SupplierID",
    ),
    "date": ("InvoiceDate",),
    "due_date": (
        "Settlement/SettlementDate",
        "DocumentTotals/Settlement/SettlementDate",
    ),
    "amount": ("DocumentTotals/GrossTotal",),
    "account": ("AccountID",),
}
SAFT_PAYMENT = "SourceDocuments/Payments/Payment"
XAF_BALANCE = "company/openingBalance/obLine"
XAF_ITEM = {
    "number": ("invRef", "docRef"),
    "partner": ("custSupID",),
    "date": ("invDt", "trDt"),
    "due_date": ("invDueDt",),
    "account": ("accID",),
}


class AuditFileError(ValueError):
    """The audit file can't be read; the message says why."""

    def __init__(self, message, code="format"):
        super().__init__(str(message))
        self.code = code


class AuditFile:
    """One list of an audit file.

    :param stream: binary, seekable
    :param section: name of the list, ``accounts`` when empty
    :param limits: the reader's limits
    :raise AuditFileError: no audit file, or no such list
    """

    def __init__(self, stream, section, limits):
        self._stream = stream
        self._limits = limits
        self.root = self._read_root()
        if self.root not in LISTS:
            raise AuditFileError(
                _lt(
                    "The XML file is neither SAF-T nor XAF; it begins with %(name)s.",
                    name=self.root,
                )
            )
        self.section = section or "accounts"
        if self.section not in LISTS[self.root]:
            raise AuditFileError(
                _lt(
                    "An audit file has no list %(name)s; it has %(names)s.",
                    name=self.section,
                    names=", ".join(LISTS[self.root]),
                ),
                "sheet",
            )
        self._paths, self._columns = LISTS[self.root][self.section]
        self.header = self._header()

    def _header(self):
        if self._columns is None:
            return list(ITEM)
        names = list(self._columns)
        if self.section == "accounts" and self.root == "auditfile":
            names += ["debit", "credit"]
        return names

    def rows(self):
        """Yield ``(number, cells)``; the number counts the records of the list."""
        facts = self._facts()
        count = 0
        for element in self._records(*self._paths):
            row = self._row(element, facts)
            if row is None:
                continue
            count += 1
            if count > self._limits.csv_rows:
                raise AuditFileError(
                    _lt(
                        "The file has more than %(limit)s rows.",
                        limit=self._limits.csv_rows,
                    ),
                    "rows",
                )
            cells = [row.get(name) or "" for name in self.header]
            if any(len(cell) > self._limits.cell for cell in cells):
                raise AuditFileError(
                    _lt(
                        "Record %(number)s has a value of more than %(limit)s "
                        "characters.",
                        number=count,
                        limit=self._limits.cell,
                    ),
                    "cell",
                )
            yield count, cells

    # -- what a record is -------------------------------------------------------------

    def _facts(self):
        """Return ``{key: fact}`` that stands apart from the records it belongs to."""
        if self.root == "auditfile" and self.section == "accounts":
            return self._xaf_balances()
        if self.root == "AuditFile" and self._columns is None:
            return self._saft_payments()
        if self.root == "auditfile" and self._columns is None:
            return {
                _first(partner, ("custSupID",)): _first(partner, ("custSupTp",))
                for partner in self._records(XAF_PARTNER)
            }
        return {}

    def _xaf_balances(self):
        balances = {}
        for line in self._records(XAF_BALANCE):
            account = _first(line, ("accID",))
            balances[account] = balances.get(account, 0) + _signed(line)
        return balances

    def _saft_payments(self):
        """Return what was paid per invoice; credit lines reduce a receivable."""
        paid = {}
        for payment in self._records(SAFT_PAYMENT):
            for line in payment.iter():
                if _name(line) not in ("Line", "PaymentLine"):
                    continue
                number = _first(
                    line, ("SourceDocumentID", "SourceDocumentID/OriginatingON")
                )
                amount = _number(
                    _first(
                        line,
                        (
                            "LineAmount/Amount",
                            "CreditAmount/Amount",
                            "DebitAmount/Amount",
                            "CreditAmount",
                            "DebitAmount",
                        ),
                    )
                )
                paid[number] = paid.get(number, 0) + amount
        return paid

    def _row(self, element, facts):
        if self.root == "auditfile":
            return self._xaf_row(element, facts)
        if self._columns is None:
            return self._saft_item(element, facts)
        return {name: _first(element, paths) for name, paths in self._columns.items()}

    def _saft_item(self, element, paid):
        row = {name: _first(element, paths) for name, paths in SAFT_INVOICE.items()}
        total = _number(row["amount"])
        rest = total - paid.get(row["number"], 0)
        if not rest:
            return None
        return dict(row, amount=_plain(rest))

    def _xaf_row(self, element, balances):
        if self._columns is None:
            return self._xaf_item(element, balances)
        wanted = XAF_TYPES.get(self.section)
        if wanted and _first(element, ("custSupTp",)) not in wanted:
            return None
        row = {name: _first(element, paths) for name, paths in self._columns.items()}
        if self.section == "accounts":
            balance = balances.get(row["code"], 0)
            row["debit"] = _plain(balance) if balance > 0 else ""
            row["credit"] = _plain(-balance) if balance < 0 else ""
        return row

    def _xaf_item(self, element, partner_types):
        amount = _signed(element)
        row = {name: _first(element, paths) for name, paths in XAF_ITEM.items()}
        of_invoice, of_partner = XAF_SIDES[self.section]
        side = _first(element, ("invPurSalTp",))
        partner_type = partner_types.get(row["partner"], "")
        if side in ("S", "P"):
            is_mine = side == of_invoice
        elif partner_type == "B":
            # a partner that is both: what it owes is a debit
            is_mine = (amount > 0) == (self.section == "receivables")
        else:
            is_mine = partner_type == of_partner
        if not is_mine or not amount:
            return None
        # positive is what is owed, to the company or by it
        return dict(row, amount=_plain(amount if of_invoice == "S" else -amount))

    # -- reading ----------------------------------------------------------------------

    def _read_root(self):
        for _event, element in self._parse(("start",)):
            return _name(element)
        raise AuditFileError(_lt("The file is empty."), "empty")

    def _records(self, *paths):
        """Yield the elements at a path below the root; each is dropped afterwards."""
        wanted = {tuple(path.split("/")) for path in paths}
        open_names = []
        for event, element in self._parse(("start", "end")):
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                open_names.append(_name(element))
                if len(open_names) > MAX_DEPTH:
                    raise AuditFileError(
                        _lt("The XML file is nested too deeply."), "depth"
                    )
                continue
            path = tuple(open_names[1:])
            open_names.pop()
            if path in wanted:
                yield element
            if path in wanted or len(path) <= 3 and not _inside(path, wanted):
                _drop(element)

    def _parse(self, events):
        self._stream.seek(0)
        try:
            context = etree.iterparse(
                self._stream,
                events=events,
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            is_checked = False
            for event, element in context:
                if not is_checked:
                    if element.getroottree().docinfo.doctype:
                        raise AuditFileError(
                            _lt(
                                "The XML file has a document type declaration; audit "
                                "files have none. It is not read."
                            ),
                            "doctype",
                        )
                    is_checked = True
                yield event, element
        except etree.XMLSyntaxError as error:
            raise AuditFileError(
                _lt("The XML file is damaged: %(error)s", error=str(error))
            ) from error


def _inside(path, wanted):
    """Return whether a path leads to, or lies in, one of the wanted ones."""
    return any(path[: len(one)] == one or one[: len(path)] == path for one in wanted)


def _drop(element):
    """Free an element that was read, and its place in the parent.

    The element itself stays until the next one comes: the parser still holds it.
    """
    element.clear()
    before = element.getprevious()
    if before is not None and not len(before) and not before.text:
        element.getparent().remove(before)


def _name(element):
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _first(element, paths):
    """Return the text of the first path that has one, names without namespaces."""
    for path in paths:
        found = [element]
        for step in path.split("/"):
            found = [child for one in found for child in one if _name(child) == step]
        for one in found:
            text = (one.text or "").strip()
            if text:
                return text
    return ""


def _signed(line):
    """Return the amount of an XAF line, debit positive."""
    amount = _number(_first(line, ("amnt",)))
    return -amount if _first(line, ("amntTp",)) == "C" else amount


def _number(text):
    if not text:
        return decimal.Decimal(0)
    try:
        number = decimal.Decimal(text)
    except decimal.InvalidOperation as error:
        raise AuditFileError(
            _lt("%(text)s is no amount.", text=text), "amount"
        ) from error
    if not number.is_finite():
        raise AuditFileError(_lt("%(text)s is no amount.", text=text), "amount")
    return number


def _plain(number):
    return format(number.normalize(), "f") if number else "0"
