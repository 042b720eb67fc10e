{
    "name": "Distribution Rollout Governance: DMS",
    "summary": "Files released documents into the document management system",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Distribution Rollout",
    "website": "https://github.com/OCA/dist-rollout",
    "author": "Distribution Rollout contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["dist_rollout_governance", "dms"],
    "data": [
        "security/ir.model.access.csv",
        "data/dms_data.xml",
        "views/dist_document_views.xml",
        "views/dms_file_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
