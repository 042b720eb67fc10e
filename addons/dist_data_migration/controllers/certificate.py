from odoo import http
from odoo.http import content_disposition, request

from ..services.certificate import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CertificateController(http.Controller):
    """Serves the certificate to whoever may read the run."""

    @http.route(
        "/dist_data_migration/certificate/<int:run_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def certificate(self, run_id, **_parameters):
        """Return the workbook, or not found for who may not read the run."""
        run = request.env["dist.reconciliation"].search([("id", "=", run_id)])
        if not run:
            raise request.not_found()
        return request.make_response(
            workbook(run._certificate()),
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{run.name}.xlsx")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
