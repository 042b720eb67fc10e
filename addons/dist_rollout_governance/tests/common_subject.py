from odoo.orm.model_classes import add_to_registry

from .common_decision import DecisionCommon
from .common_fake import FakeModelCommon

MODEL = "dist.test.subject"


class SubjectCommon(DecisionCommon):
    """Adds a record that bodies decide on and that exists in tests only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Imported here: the import alone would add the class to the addon.
        from . import fake_subject

        add_to_registry(cls.registry, fake_subject.DistTestSubject)
        cls.registry._setup_models__(cls.env.cr, [MODEL])
        cls.registry.init_models(cls.env.cr, [MODEL], {"models_to_check": True})
        cls.addClassCleanup(FakeModelCommon._forget_fake_models.__func__, cls, [MODEL])
        cls.env["ir.model.access"].create(
            {
                "name": MODEL,
                "model_id": cls.env["ir.model"]._get_id(MODEL),
                "group_id": cls.env.ref("dist_rollout_governance.group_consultant").id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
        )
        cls.subject = cls._create_subject()

    @classmethod
    def _create_subject(cls, **values):
        return (
            cls.env[MODEL]
            .with_user(cls.user_consultant)
            .create({"name": "Subject", "program_id": cls.program.id, **values})
        )
