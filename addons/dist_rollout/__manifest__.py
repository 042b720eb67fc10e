{
    "name": "Distribution Rollout",
    "summary": "Roll Odoo out site by site: governance, waves, migration, hypercare",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Distribution Rollout",
    "website": "https://github.com/OCA/dist-rollout",
    "author": "Distribution Rollout contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": [
        "dist_data_migration",
        "dist_hypercare",
        "dist_rollout_governance_dms",
        "dist_rollout_governance_document_page",
        "dist_wave_planning",
    ],
    "demo": ["demo/dist_rollout_demo.xml"],
    "application": True,
}
