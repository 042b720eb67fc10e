{
    "name": "Distribution Rollout Governance: Pages",
    "summary": "Approved wiki pages as standard operating procedures",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Distribution Rollout",
    "website": "https://github.com/OCA/dist-rollout",
    "author": "Distribution Rollout contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["dist_rollout_governance", "document_page_approval"],
    "data": [
        "views/dist_document_views.xml",
        "views/dist_document_version_views.xml",
        "views/dist_blueprint_element_views.xml",
        "views/document_page_views.xml",
    ],
    "auto_install": True,
}
