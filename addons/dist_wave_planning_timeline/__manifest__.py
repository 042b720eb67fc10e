{
    "name": "Distribution Rollout Waves: Timeline",
    "summary": "Rollout waves and blackouts on a timeline",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Distribution Rollout",
    "website": "https://github.com/OCA/dist-rollout",
    "author": "Distribution Rollout contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["dist_wave_planning", "web_timeline"],
    "data": [
        "views/dist_wave_views.xml",
        "views/dist_blackout_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["dist_wave_planning_timeline/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
