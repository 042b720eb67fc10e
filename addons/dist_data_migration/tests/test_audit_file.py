import io

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..services import reader
from .quality_common import QualityCommon

SAFT = """<?xml version="1.0" encoding="UTF-8"?>
<AuditFile xmlns="urn:StandardAuditFile-Taxation-Financial:NO">
<Header><AuditFileVersion>2.0</AuditFileVersion></Header>
<MasterFiles>
<GeneralLedgerAccounts>
<Account><AccountID>1500</AccountID><AccountDescription>Debtors</AccountDescription>
<AccountType>GL</AccountType><OpeningDebitBalance>125.50</OpeningDebitBalance></Account>
<Account><AccountID>2000</AccountID><AccountDescription>Equity</AccountDescription>
<OpeningCreditBalance>125.50</OpeningCreditBalance></Account>
</GeneralLedgerAccounts>
<Customers><Customer><Name>Fjord &amp; Søn</Name><Address><StreetName>Kaien</StreetName>
<City>Bergen</City><PostalCode>5003</PostalCode><Country>NO</Country></Address>
<CustomerID>K1</CustomerID></Customer></Customers>
<Suppliers><Supplier><Name>Nordlys</Name><SupplierID>L1</SupplierID></Supplier></Suppliers>
</MasterFiles>
<SourceDocuments>
<SalesInvoices>
<Invoice><InvoiceNo>F1</InvoiceNo><CustomerInfo><CustomerID>K1</CustomerID></CustomerInfo>
<InvoiceDate>2026-03-01</InvoiceDate><Settlement><SettlementDate>2026-04-01</SettlementDate>
</Settlement><DocumentTotals><GrossTotal>200.00</GrossTotal></DocumentTotals></Invoice>
<Invoice><InvoiceNo>F2</InvoiceNo><CustomerInfo><CustomerID>K1</CustomerID></CustomerInfo>
<InvoiceDate>2026-03-02</InvoiceDate><DocumentTotals><GrossTotal>50</GrossTotal>
</DocumentTotals></Invoice>
</SalesInvoices>
<Payments><Payment><PaymentLine><SourceDocumentID>F1</SourceDocumentID>
<CreditAmount>74.50</CreditAmount></PaymentLine><PaymentLine>
<SourceDocumentID>F2</SourceDocumentID><CreditAmount>50</CreditAmount></PaymentLine>
</Payment></Payments>
</SourceDocuments>
</AuditFile>
"""
XAF = """<?xml version="1.0" encoding="UTF-8"?>
<auditfile xmlns="http://www.auditfiles.nl/XAF/3.2"><header><fiscalYear>2026</fiscalYear>
</header><company><companyName>Voorbeeld</companyName><customersSuppliers>
<customerSupplier><custSupID>D1</custSupID><custSupName>Jansen</custSupName>
<custSupTp>C</custSupTp><taxRegIdent>NL123456782B90</taxRegIdent><streetAddress>
<city>Utrecht</city><country>NL</country></streetAddress></customerSupplier>
<customerSupplier><custSupID>C1</custSupID><custSupName>Bakker</custSupName>
<custSupTp>S</custSupTp></customerSupplier>
</customersSuppliers><generalLedger>
<ledgerAccount><accID>1300</accID><accDesc>Debiteuren</accDesc><accTp>B</accTp></ledgerAccount>
<ledgerAccount><accID>1600</accID><accDesc>Crediteuren</accDesc><accTp>B</accTp></ledgerAccount>
</generalLedger><openingBalance><opBalDate>2026-01-01</opBalDate>
<obLine><nr>1</nr><accID>1300</accID><amnt>80.00</amnt><amntTp>D</amntTp></obLine>
<obLine><nr>2</nr><accID>1600</accID><amnt>80.00</amnt><amntTp>C</amntTp></obLine>
<obSubledgers><obSubledger><sbType>CS</sbType>
<obSbLine><nr>1</nr><amnt>80</amnt><amntTp>D</amntTp><custSupID>D1</custSupID>
<invRef>V9</invRef><invDt>2025-12-01</invDt><invDueDt>2025-12-31</invDueDt></obSbLine>
<obSbLine><nr>2</nr><amnt>80</amnt><amntTp>C</amntTp><custSupID>C1</custSupID>
<invRef>I7</invRef><invDt>2025-11-01</invDt></obSbLine>
</obSubledger></obSubledgers></openingBalance></company></auditfile>
"""
MAPPING = """
name: Books
source_system: books
objects:
  - object: customer
    file: books.xml
    sheet: customers
    key: code
    fields: {name: name, city: city, country: country}
  - object: open_receivable
    file: books.xml
    sheet: receivables
    key: number
    fields:
      customer: partner
      number: number
      date: date
      due_date: due_date
      amount: amount
  - object: opening_balance
    file: books.xml
    sheet: accounts
    key: code
    fields: {account: code, name: name, debit: debit, credit: credit}
"""


@tagged("post_install", "-at_install")
class TestAuditFile(QualityCommon):
    def _rows_of(self, text, section=None, limits=None):
        stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
        with reader.open_table(stream, "x.xml", sheet=section, limits=limits) as table:
            return [
                {k: v for k, v in zip(table.header, cells, strict=True) if v}
                for _line, cells in table.rows()
            ]

    def test_saft(self):
        self.assertEqual(
            self._rows_of(SAFT),
            [
                {"code": "1500", "name": "Debtors", "type": "GL", "debit": "125.50"},
                {"code": "2000", "name": "Equity", "credit": "125.50"},
            ],
        )
        self.assertEqual(
            self._rows_of(SAFT, "customers"),
            [
                {
                    "code": "K1",
                    "name": "Fjord & Søn",
                    "street": "Kaien",
                    "city": "Bergen",
                    "zip": "5003",
                    "country": "NO",
                }
            ],
        )
        self.assertEqual(
            self._rows_of(SAFT, "suppliers"), [{"code": "L1", "name": "Nordlys"}]
        )
        # F2 is paid; F1 has 200.00 less 74.50 left
        self.assertEqual(
            self._rows_of(SAFT, "receivables"),
            [
                {
                    "number": "F1",
                    "partner": "K1",
                    "date": "2026-03-01",
                    "due_date": "2026-04-01",
                    "amount": "125.5",
                }
            ],
        )

    def test_saft_of_any_namespace_and_prefix(self):
        plain = SAFT.replace(' xmlns="urn:StandardAuditFile-Taxation-Financial:NO"', "")
        prefixed = (
            plain.replace("</", "</n:").replace("<", "<n:").replace("<n:/n:", "</n:")
        )
        prefixed = prefixed.replace("<n:?", "<?").replace(
            "<n:AuditFile>", '<n:AuditFile xmlns:n="urn:OECD:StandardAuditFile-Tax:PL">'
        )
        for text in (plain, prefixed, SAFT.replace("UTF-8", "UTF-16").encode("utf-16")):
            with self.subTest(text[:90]):
                self.assertEqual(len(self._rows_of(text)), 2)

    def test_xaf(self):
        self.assertEqual(
            self._rows_of(XAF),
            [
                {"code": "1300", "name": "Debiteuren", "type": "B", "debit": "80"},
                {"code": "1600", "name": "Crediteuren", "type": "B", "credit": "80"},
            ],
        )
        customers = self._rows_of(XAF, "customers")
        self.assertEqual([row["code"] for row in customers], ["D1"])
        self.assertEqual(customers[0]["vat"], "NL123456782B90")
        self.assertEqual([r["code"] for r in self._rows_of(XAF, "suppliers")], ["C1"])
        self.assertEqual(
            self._rows_of(XAF, "receivables"),
            [
                {
                    "number": "V9",
                    "partner": "D1",
                    "date": "2025-12-01",
                    "due_date": "2025-12-31",
                    "amount": "80",
                }
            ],
        )
        payables = self._rows_of(XAF, "payables")
        self.assertEqual([(r["number"], r["amount"]) for r in payables], [("I7", "80")])

    def test_hostile_and_damaged_files_are_refused(self):
        bomb = '<!DOCTYPE AuditFile [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        thief = '<!DOCTYPE AuditFile [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        head, body = SAFT.split("\n", 1)
        deep = "<AuditFile>" + "<a>" * 200 + "</a>" * 200 + "</AuditFile>"
        small = reader.Limits(csv_rows=1)
        for text, section, limits, message in (
            (head + bomb + body.replace("Debtors", "&b;"), None, None, "document type"),
            (
                head + thief + body.replace("Debtors", "&x;"),
                None,
                None,
                "document type",
            ),
            (
                head + '<!DOCTYPE AuditFile SYSTEM "http://x.invalid/a.dtd">' + body,
                None,
                None,
                "document type",
            ),
            (SAFT[:-60], None, None, "damaged"),
            (deep, None, None, "nested too deeply"),
            ("<?xml version='1.0'?><html/>", None, None, "neither SAF-T nor XAF"),
            (SAFT, "nonsense", None, "no list nonsense"),
            (SAFT, None, small, "more than 1 rows"),
            (SAFT, None, reader.Limits(cell=3), "more than 3 characters"),
            (SAFT, None, reader.Limits(file_size=9), "more than the limit"),
            (SAFT.replace("74.50", "NaN"), "receivables", None, "is no amount"),
            (SAFT, "payables", None, "No data rows"),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(reader.ReaderError, message),
            ):
                self._rows_of(text, section, limits)

    def test_audit_file_feeds_several_objects(self):
        cycle = self._stage_text(MAPPING, {"books.xml": SAFT})
        balance = self._rows(cycle, "opening_balance")
        self.assertEqual([row.data.get("debit") for row in balance], ["125.5", None])
        item = self._rows(cycle, "open_receivable")
        self.assertEqual(item.data["amount"], "125.5")
        self.assertEqual(item.data["customer"], "K1")
        self.assertEqual(self._rows(cycle, "customer").data["name"], "Fjord & Søn")
        with self.assertRaisesRegex(UserError, "damaged"):
            cycle._add_file("books.xml", SAFT[:-60].encode())
