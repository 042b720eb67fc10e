"""Every public method of a model can be called over RPC: each has to be meant so."""

from pathlib import Path

from odoo.modules.registry import Registry
from odoo.tests import TransactionCase, tagged

MEANT = Path(__file__).with_name("public_methods.txt")


@tagged("post_install", "-at_install")
class TestPublicMethods(TransactionCase):
    def test_public_methods_are_meant(self):
        meant = {line for line in MEANT.read_text().splitlines() if line}
        self.assertEqual(self._public_methods(self.registry), meant)

    def _public_methods(self, registry: Registry):
        return {
            f"{model._name}.{name}"
            for model in registry.values()
            for definition in model.__mro__
            if definition.__module__.startswith("odoo.addons.dist_")
            and ".tests." not in definition.__module__
            for name, value in vars(definition).items()
            if callable(value)
            and not name.startswith("_")
            and name not in {"create", "write", "copy_data"}
            and not getattr(value, "_api_private", False)
        }
