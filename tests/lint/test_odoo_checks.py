"""Odoo's own generic checks, narrowed to the addons of this repository.

Run by ``make lint`` on a database with all of them installed. Odoo's check of manifests
is left out: it refuses keys that the OCA asks for.
"""

import contextlib
import re
from unittest.mock import patch

from odoo.api import Environment
from odoo.modules import Manifest
from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from odoo.addons.base.tests import test_overrides, test_views
from odoo.addons.test_lint.tests import (
    test_dunderinit,
    test_i18n,
    test_index,
    test_jstranslate,
    test_naming,
    test_onchange_domains,
    test_override_signatures,
    test_routes,
    test_test_holes,
)

from toolbox import manifests

OURS = sorted(manifests())
# the names of our modules, models and fields, as they appear in messages
MENTION = re.compile(r"\bdist[._]\w")


class OnlyOurs:
    """Has a check look at our addons only, or drops what it says about others."""

    def setUp(self):
        super().setUp()
        ours = [Manifest.for_addon(name) for name in OURS]
        patcher = patch.object(Manifest, "all_addon_manifests", return_value=ours)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.problems = []
        patcher = patch.object(test_views._logger, "error", self.note)
        patcher.start()
        self.addCleanup(patcher.stop)

    def note(self, message, *args):
        """Take down what a check logs instead of failing."""
        if MENTION.search(message % args):
            self.problems.append(message % args)

    def tearDown(self):
        super().tearDown()
        assert not self.problems, "\n".join(self.problems)

    @contextlib.contextmanager
    def subTest(self, *args, **kwargs):
        # not one by one: there is one for each method of each model
        try:
            yield
        except (AssertionError, TypeError) as error:
            if MENTION.search(f"{kwargs} {error}"):
                self.problems.append(f"{kwargs}: {error}")

    def fail(self, msg=None):
        lines = [line for line in (msg or "").splitlines() if MENTION.search(line)]
        if lines:
            super().fail("\n".join(lines))


class OnlyOurModels(OnlyOurs):
    """Has a check of all models look at those our addons define or extend."""

    def setUp(self):
        super().setUp()
        models = self.env["ir.model"].search([])
        names = {m.model for m in models if set(m.modules.split(", ")) & set(OURS)}
        ours = {name: self.env[name] for name in sorted(names)}
        patcher = patch.object(Environment, "values", lambda env: ours.values())
        patcher.start()
        self.addCleanup(patcher.stop)


def narrowed(check, how=OnlyOurs):
    case = type(check.__name__, (how, check), {"__module__": __name__})
    return tagged("standard", "post_install", "-at_install")(case)


TestDunderinit = narrowed(test_dunderinit.TestDunderinit)
TestI18n = narrowed(test_i18n.TestI18n)
TestIndex = narrowed(test_index.TestIndex)
TestInvisibleField = narrowed(test_views.TestInvisibleField)
TestJsTranslations = narrowed(test_jstranslate.TestJsTranslations)
TestNaming = narrowed(test_naming.TestNaming)
TestOnchangeDomains = narrowed(test_onchange_domains.TestOnchangeDomains)
TestOverrides = narrowed(test_overrides.TestOverrides, OnlyOurModels)
TestOverrideSignatures = narrowed(test_override_signatures.TestLintOverrideSignatures)
TestRenderAllViews = narrowed(test_views.TestRenderAllViews, OnlyOurModels)
TestRoutes = narrowed(test_routes.RoutesLinter)
TestTestHoles = narrowed(test_test_holes.TestTestHoles)


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    """The views of our addons are valid with all of them installed."""

    def test_views(self):
        data = self.env["ir.model.data"].search(
            [("module", "in", OURS), ("model", "=", "ir.ui.view")]
        )
        views = (
            self.env["ir.ui.view"].with_context(lang=None).browse(data.mapped("res_id"))
        )
        for view in views:
            with self.subTest(view=view.xml_id):
                view._check_xml()
