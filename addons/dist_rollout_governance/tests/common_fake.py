from odoo.orm.model_classes import add_to_registry

from .common import RolloutCommon

FAKE_MODELS = ["dist.test.document", "dist.test.criterion"]


class FakeModelCommon(RolloutCommon):
    """Adds a signed document and a criterion that exist in tests only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Imported here: the import alone would add the classes to the addon.
        from . import fake_models

        for definition in (
            fake_models.DistTestDocument,
            fake_models.DistTestCriterion,
            fake_models.DistMeasureProviderTest,
            fake_models.DistMeasureProviderTestFacts,
        ):
            add_to_registry(cls.registry, definition)
        names = [
            *FAKE_MODELS,
            "dist.measure.provider.test",
            "dist.measure.provider.test.facts",
        ]
        cls.registry._setup_models__(cls.env.cr, names)
        cls.registry.init_models(cls.env.cr, names, {"models_to_check": True})
        cls.addClassCleanup(cls._forget_fake_models, names)
        cls.env["ir.model.access"].create(
            [
                {
                    "name": name,
                    "model_id": cls.env["ir.model"]._get_id(name),
                    "group_id": cls.env.ref("base.group_user").id,
                    "perm_read": True,
                    "perm_write": True,
                    "perm_create": True,
                }
                for name in FAKE_MODELS
            ]
        )

    @classmethod
    def _create_document_a(cls, **values):
        return cls.env["dist.test.document"].create(
            {"name": "Document", "site_id": cls.site_a.id, **values}
        )

    @classmethod
    def _create_criterion(cls, **values):
        return cls.env["dist.test.criterion"].create(
            {"name": "Criterion", "site_id": cls.site_a.id, **values}
        )

    @classmethod
    def _forget_fake_models(cls, names):
        """Take the models out of the registry with every trace of their fields."""
        cls.env.transaction.clear()
        for name in names:
            del cls.registry[name]
        cls.registry._setup_models__(cls.env.cr)
