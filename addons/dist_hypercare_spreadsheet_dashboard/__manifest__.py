{
    "name": "Distribution Hypercare: Dashboard",
    "summary": "Hypercare for executives as a spreadsheet dashboard",
    "version": "19.0.1.0.1",
    "development_status": "Beta",
    "category": "Supply Chain/Distribution Rollout",
    "website": "https://github.com/OCA/dist-rollout",
    "author": "Distribution Rollout contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["dist_hypercare", "spreadsheet_dashboard"],
    "data": ["data/spreadsheet_dashboard_data.xml"],
    "auto_install": True,
}
