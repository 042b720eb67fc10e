from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestReadinessPeople(ReadinessCommon):
    """Each measure of people: the fact is made false, its value rises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.sites.people_ids:
            cls._log_in(user)
            user.email = f"{user.login}@example.com"
        cls.newcomer = new_test_user(cls.env, "newcomer", email="newcomer@example.com")

    @classmethod
    def _log_in(cls, user):
        # sudo: as Odoo does when somebody logs in
        cls.env["res.users.log"].with_user(user).sudo().create({})

    def test_people_never_logged_in(self):
        def make_wrong():
            self.site_a.super_user_ids = [Command.link(self.newcomer.id)]
            return self.newcomer

        self._check_level("people_never_logged_in", make_wrong)
        self._log_in(self.newcomer)
        self.assertEqual(self._values("people_never_logged_in")[self.site_a], 0)

    def test_archived_people_do_not_count(self):
        self.site_a.deputy_ids = [Command.link(self.newcomer.id)]
        self.newcomer.active = False
        self.assertEqual(self._values("people_never_logged_in")[self.site_a], 0)

    def test_people_without_email(self):
        def make_wrong():
            self.manager_a.email = False
            return self.manager_a

        self._check_level("people_without_email", make_wrong)

    def test_super_users_short(self):
        """One a shift and one for every begun ten users."""
        for site in self.sites:
            site.super_user_ids = [Command.link(self.newcomer.id)]

        def make_wrong():
            self.site_a.shift_count = 2
            return self.site_a

        self._check_level("super_users_short", make_wrong)
        self.site_a.write({"shift_count": 1, "user_count": 10})
        self.assertEqual(self._values("super_users_short")[self.site_a], 0)
        self.site_a.user_count = 11
        self.assertEqual(self._values("super_users_short")[self.site_a], 1)
        self.site_a.super_user_ids = [Command.link(self.manager_b.id)]
        self.assertEqual(self._values("super_users_short")[self.site_a], 0)
        self.newcomer.active = False
        self.assertEqual(self._values("super_users_short")[self.site_a], 1)
